import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commit } from './put-run.ts';

/** The checkpoint of a run on the volume, so that the next sandbox goes on where this one was ended. */
export interface KeptCheckpoint {
  /** Brings it here before the worker starts. The worker decides whether it is of use. */
  take(): Promise<void>;
  /** Puts it there where it has changed, and commits the volume. */
  put(): Promise<void>;
  /** The run is finished. */
  drop(): Promise<void>;
}

/**
 * @param here - where the worker writes it
 * @param there - where it lies on the volume
 * @param log - told what cannot be done; the job goes on without
 */
export function keptCheckpoint(
  here: string,
  there: string,
  volume: string,
  log: (line: string) => void,
): KeptCheckpoint {
  let mark = '';
  let putting: Promise<void> = Promise.resolve();

  async function putNow(): Promise<void> {
    const now = await markOf(here);
    if (now === '' || now === mark) return;
    try {
      await mkdir(dirname(there), { recursive: true });
      await copyFile(here, `${there}.part`);
      await rename(`${there}.part`, there);
      mark = now;
      await commit(volume);
    } catch (error) {
      log(`the checkpoint cannot be kept on the volume: ${(error as Error).message}`);
    }
  }

  return {
    async take() {
      try {
        await copyFile(there, here);
        mark = await markOf(here);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          log(`the checkpoint cannot be taken from the volume: ${(error as Error).message}`);
      }
    },
    put() {
      // One after the other: both would write the same part.
      putting = putting.then(putNow);
      return putting;
    },
    async drop() {
      await putting;
      await rm(there, { force: true }).catch(() => undefined);
    },
  };
}

/** What a file is, without reading it; empty where there is none. */
async function markOf(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
    () => '',
  );
}
