import { resolve } from 'node:path';
import type { Storage } from '../dispatch/backend.ts';
import { LlcError } from '../dispatch/errors.ts';
import type { Rim } from './rim.ts';

/** Where finished runs lie besides this machine. */
export interface Remote {
  readonly storage: Storage;
  /** As a person calls it. */
  readonly name: string;
  /** Ends connections. */
  close(): Promise<void>;
}

/**
 * @param from - `modal` or `ssh:HOST`
 * @param remoteDir - where on HOST
 * @throws LlcError 64 for a place that this version does not know
 */
export async function openRemote(from: string, remoteDir: string, rim: Rim): Promise<Remote> {
  const runsDir = resolve(rim.cwd, 'runs');
  if (from === 'modal') {
    const { modalBackend } = await import('../backends/modal/modal-backend.ts');
    const { storage } = modalBackend({ runsDir });
    return { storage: storage as Storage, name: 'the volume', close: async () => {} };
  }
  const host = /^ssh:(.+)$/.exec(from)?.[1];
  if (host === undefined)
    throw new LlcError(
      64,
      `Runs do not come from ${from}.`,
      'Use --from=modal, or --from=ssh:HOST with an alias of ssh’s own configuration.',
    );
  const { sshRuns } = await import('../backends/slurm/ssh/ssh-cluster.ts');
  return { ...sshRuns({ host, remoteDir }), name: host };
}
