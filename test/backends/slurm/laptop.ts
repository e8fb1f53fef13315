import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import { readJournal } from '../../../src/dispatch/journal/replay.ts';
import { llc } from '../../e2e/llc.ts';
import { killNow, processesOf } from '../../e2e/processes.ts';
import type { Testbed } from './ssh/testbed.ts';

/**
 * A laptop: a working directory that reaches a host by ssh alone.
 *
 * @param slurmConf - of the Slurm there; null where the host has none
 */
export function laptop(
  host: Testbed,
  { onTestFinished, signal }: TestContext,
  slurmConf: string | null,
) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llc-laptop-')));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // ssh reads the configuration of the user's home whatever HOME says.
  writeFileSync(
    join(bin, 'ssh'),
    `#!/bin/sh\nexec /usr/bin/ssh -F '${host.configFile}' -o IdentityAgent="\${SSH_AUTH_SOCK:-none}" "$@"\n`,
  );
  chmodSync(join(bin, 'ssh'), 0o755);
  if (slurmConf !== null)
    writeFileSync(join(host.dir, 'home', '.profile'), `export SLURM_CONF=${slurmConf}\n`);
  const env = { PATH: `${bin}:${process.env['PATH']}`, SLURM_CONF: '/nowhere' };
  onTestFinished(async () => {
    for (const lock of globSync('sweeps/*/supervisor.lock', { cwd: folder }))
      await llc(folder, ['cancel', basename(join(lock, '..')), '--take-over'], env);
    for (const left of processesOf(folder)) killNow(left);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    folder,
    env,
    llc: (...args: string[]) => llc(folder, args, env),
    async until(kind: string): Promise<void> {
      for (;;) {
        const [journal] = globSync('sweeps/*/journal.jsonl', { cwd: folder });
        if (journal !== undefined) {
          const { events } = await readJournal(join(folder, journal));
          if (events.some((event) => event.kind === kind)) return;
        }
        await delay(50, null, { signal });
      }
    },
    async runs(): Promise<readonly string[]> {
      const dirs = globSync('runs/*', { cwd: folder });
      for (const dir of dirs)
        if (!(await runExists(join(folder, dir)))) throw new Error(`${dir} is not whole`);
      return dirs;
    },
  };
}

/** An agent without keys, ended with the test; the environment that names it. */
export async function startAgent(
  folder: string,
  { onTestFinished, signal }: TestContext,
): Promise<{ readonly SSH_AUTH_SOCK: string }> {
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  onTestFinished(() => void agent.kill());
  while (!existsSync(socket)) await delay(20, null, { signal });
  return { SSH_AUTH_SOCK: socket };
}
