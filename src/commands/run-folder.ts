import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isRunId, runDir } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { Rim } from './rim.ts';

/** A run's folder by its path, or by its id for one in `runs/`. */
export async function runFolder(given: string, rim: Rim): Promise<string> {
  const here = resolve(rim.cwd, given);
  const asId = isRunId(given) ? runDir(resolve(rim.cwd, 'runs'), given) : here;
  for (const dir of [here, asId])
    if ((await stat(dir).catch(() => null))?.isDirectory()) return dir;
  throw new LlcError(
    64,
    `There is no run ${harmlessText(given)}.`,
    'A run is a folder in runs/; results.csv names each in its column run_dir.',
  );
}
