import { readdir, stat } from 'node:fs/promises';
import { sweepLayout } from './layout.ts';

/** Names of the sweeps in a folder, the newest first. */
export async function sweepsByAge(sweepsDir: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(sweepsDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const aged = await Promise.all(
    names.map(async (name) => {
      // The plan is written once, before all else.
      const found = await stat(sweepLayout(sweepsDir, name).plan).catch(() => null);
      return found ? { name, born: found.mtimeMs } : null;
    }),
  );
  return aged
    .filter((sweep) => sweep !== null)
    .sort((a, b) => b.born - a.born)
    .map(({ name }) => name);
}
