import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Gives a finished folder its name in one step. Readers see no folder, the old one or the new one, never
 * a part; of several writers at once one stands whole at the end.
 *
 * rename(2) replaces no folder that has files, so what has the name is renamed first; a writer that dies
 * between the two renames leaves it there (see `mendReplaced`).
 *
 * @param aside - gives free names on the same file system for what is replaced; null to leave what has
 * the name and to remove `finished` instead.
 * @returns whether `finished` got the name: false only without `aside`.
 */
export async function publishFolder(
  finished: string,
  path: string,
  aside: (() => string) | null,
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const replaced: string[] = [];
  while (!(await renamed(finished, path, ['ENOTEMPTY', 'EEXIST']))) {
    if (aside === null) {
      await rm(finished, { recursive: true, force: true });
      return false;
    }
    const old = aside();
    // Missing: another writer was quicker to move it.
    if (await renamed(path, old, ['ENOENT'])) replaced.push(old);
  }
  for (const old of replaced) await rm(old, { recursive: true, force: true });
  return true;
}

/** Renames a folder; false where that fails with one of the codes. */
async function renamed(from: string, to: string, refusals: readonly string[]): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (refusals.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
