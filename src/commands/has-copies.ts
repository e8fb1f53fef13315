import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULTS_CSV } from '../dispatch/artifacts/layout.ts';

/** Whether the tables in the working directory are this sweep's: a run makes no copies, a later sweep other ones. */
export async function hasCopies(results: string, cwd: string): Promise<boolean> {
  const texts = await Promise.all(
    [results, join(cwd, RESULTS_CSV)].map((path) => readFile(path, 'utf8').catch(() => null)),
  );
  return texts[0] !== null && texts[0] === texts[1];
}
