import { resolve } from 'node:path';
import { modalBackend } from '../backends/modal/modal-backend.ts';
import type { Storage } from '../dispatch/backend.ts';
import { LlcError } from '../dispatch/errors.ts';
import { modalRefusal } from './modal-refusal.ts';
import type { Rim } from './rim.ts';

/** Where finished runs lie besides this machine. */
export interface Remote {
  readonly storage: Storage;
  /** The same promise; trouble with the place in words. */
  words<T>(asked: Promise<T>): Promise<T>;
}

/** @throws LlcError 64 for a place that this version does not know */
export function openRemote(from: string, rim: Rim): Remote {
  if (from !== 'modal')
    throw new LlcError(64, `This version of llc brings no runs from ${from}.`, 'Use --from=modal.');
  const { storage } = modalBackend({ runsDir: resolve(rim.cwd, 'runs') });
  return {
    storage: storage as Storage,
    words: (asked) =>
      asked.catch((error: unknown) => {
        rim.signal.throwIfAborted();
        throw modalRefusal(error);
      }),
  };
}
