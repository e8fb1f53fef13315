import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import type { RunOptions } from '../dispatch/config/run-options.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { readSweepFile } from '../dispatch/plan/sweep-file.ts';
import { currentHolder } from '../dispatch/supervisor/start-supervisor.ts';
import type { Rim } from './rim.ts';

/**
 * Has a person asked for the passphrases of the keys that a cluster behind ssh wants, while somebody is there: the
 * supervisor, which will use them, can ask nobody. `ssh-add` asks and the agent keeps them; nothing of them passes here.
 * Any other trouble is for preflight to tell.
 *
 * @param withTerminal - gives the terminal to `ssh-add`. Default: it is free
 */
export async function unlockKeys(
  { backend, ssh }: Pick<RunOptions, 'backend' | 'ssh'>,
  rim: Rim,
  withTerminal: (ask: () => Promise<void>) => Promise<void> = (ask) => ask(),
): Promise<void> {
  if (backend !== 'submitit' || ssh === null) return;
  if (!rim.canAsk || rim.env['SSH_AUTH_SOCK'] === undefined) return;
  const locked = await lockedKeys(ssh, rim.signal);
  if (locked.length > 0) await withTerminal(() => addKeys(ssh, locked, rim));
}

/** The same for a sweep that goes on and whose supervisor has to be started again. */
export async function unlockKeysOf(sweepDir: string, rim: Rim): Promise<void> {
  const files = sweepLayout(dirname(sweepDir), basename(sweepDir));
  // What is wrong with the plan is told by the supervisor.
  const plan = await readSweepFile(files.plan).catch(() => null);
  if (plan === null || plan.options.ssh === null) return;
  const found = await currentHolder(files.lock);
  if (found !== null && found.standing !== 'dead') return;
  if (replay((await readJournal(files.journal)).events).ended !== null) return;
  await unlockKeys(plan.options, rim);
}

/** Until one is open. */
async function addKeys(host: string, locked: readonly string[], rim: Rim): Promise<void> {
  for (const path of locked) {
    rim.note(
      `${host} wants the key ${path}. ssh-add asks for its passphrase, your agent keeps it:`,
    );
    const adding = spawn('ssh-add', ['--', path], { stdio: 'inherit', signal: rim.signal });
    const [code] = await once(adding, 'close').catch(() => [1]);
    if (code === 0) return;
  }
}

/** The keys that might have opened, had they not been locked. */
async function lockedKeys(host: string, signal: AbortSignal): Promise<readonly string[]> {
  const { sshLink } = await import('../backends/slurm/ssh/ssh-link.ts');
  const { LoginRefused } = await import('../backends/slurm/ssh/ssh-trouble.ts');
  const link = sshLink({ host });
  try {
    await link.command(async () => {}, signal);
    return [];
  } catch (error) {
    return error instanceof LoginRefused ? error.locked : [];
  } finally {
    await link.close();
  }
}
