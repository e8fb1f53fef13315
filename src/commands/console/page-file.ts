import { spawn } from 'node:child_process';
import type { Rim } from '../rim.ts';

/**
 * Shows a file in `$PAGER` (default `less -R`, which shows colours and no other control sequences), with the
 * terminal given over to it.
 *
 * @returns why it could not be shown; null where it was
 */
export async function pageFile(path: string, { env }: Rim): Promise<string | null> {
  const pager = env['PAGER'] || 'less -R';
  // The person's own words, as the shell would take them; the path is an argument of its own.
  const child = spawn('sh', ['-c', `${pager} -- "$1"`, 'sh', path], {
    stdio: 'inherit',
    env: { ...env, LESS: env['LESS'] ?? '-R', LESSSECURE: '1' },
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`${pager}: ${error.message}`));
    child.once('exit', (code) =>
      resolve(code === 0 || code === null ? null : `${pager} ended with code ${code}.`),
    );
  });
}
