import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { codeVersion } from '../dispatch/artifacts/code-version.ts';
import type { GivenFlags } from '../dispatch/config/flags.ts';
import { type Prepared, preparePlan } from '../dispatch/plan/prepare-plan.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import { readRemembered } from './remembered.ts';
import type { Rim } from './rim.ts';

/** The plan of these flags here and now: with the environment, what is remembered and the files of this directory. */
export async function prepareFromFlags(
  command: 'run' | 'sweep',
  flags: GivenFlags,
  { cwd, env, now }: Pick<Rim, 'cwd' | 'env' | 'now'>,
  label?: string,
): Promise<Prepared> {
  const { values: remembered } = await readRemembered();
  return preparePlan({
    command,
    flags,
    env,
    remembered,
    now: now(),
    cores: availableParallelism(),
    codeVersion: codeVersion(),
    readText: (path) => readFile(resolve(cwd, path), 'utf8'),
    ...(label === undefined ? {} : { label }),
    isTaken: (id) => existsSync(join(sweepsDirOf(cwd), id)),
  });
}
