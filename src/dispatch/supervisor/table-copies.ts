import { sweepLayout } from '../artifacts/layout.ts';
import { sweepsByAge } from '../artifacts/sweeps-by-age.ts';
import { readSweepFile } from '../plan/sweep-file.ts';

const LOOK_EVERY_MS = 5000;

/**
 * Whether the tables in the working directory are this sweep's: those of the newest sweep are, so one that is gone on
 * with after another was started leaves them alone. A `run` has none.
 */
export function newestSweepWatch(sweepsDir: string, sweepId: string): () => Promise<boolean> {
  let lookAt = Number.NEGATIVE_INFINITY;
  let isNewest = true;
  return async () => {
    if (performance.now() < lookAt) return isNewest;
    lookAt = performance.now() + LOOK_EVERY_MS;
    isNewest = (await newestSweep(sweepsDir)) === sweepId;
    return isNewest;
  };
}

async function newestSweep(sweepsDir: string): Promise<string | null> {
  for (const name of await sweepsByAge(sweepsDir)) {
    const file = await readSweepFile(sweepLayout(sweepsDir, name).plan).catch(() => null);
    if (file?.command === 'sweep') return name;
  }
  return null;
}
