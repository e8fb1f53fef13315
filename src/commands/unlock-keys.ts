import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RunOptions } from '../dispatch/config/run-options.ts';
import type { Rim } from './rim.ts';

/**
 * Has a person asked for the passphrases of the keys that a cluster behind ssh wants, while somebody is there: the
 * supervisor, which will use them, can ask nobody. `ssh-add` asks and the agent keeps them; nothing of them passes here.
 * Any other trouble is for preflight to tell.
 */
export async function unlockKeys({ backend, ssh }: RunOptions, rim: Rim): Promise<void> {
  if (backend !== 'submitit' || ssh === null) return;
  if (!rim.canAsk || rim.env['SSH_AUTH_SOCK'] === undefined) return;
  for (const path of await lockedKeys(ssh, rim.signal)) {
    rim.note(`${ssh} wants the key ${path}. ssh-add asks for its passphrase, your agent keeps it:`);
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
