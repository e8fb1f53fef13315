import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';

/** The sweep that a command means: the one named, else the one that was planned last. */
export async function chooseSweep(sweepsDir: string, name: string | undefined): Promise<string> {
  const sweeps = await sweepsByAge(sweepsDir);
  if (name === undefined) {
    const newest = sweeps[0];
    if (newest) return newest;
    throw new LlcError(64, 'There is no sweep here.', 'Start one: llc sweep --preset=quick');
  }
  if (sweeps.includes(name)) return name;
  const known = sweeps.slice(0, 5).join(', ') || 'none';
  throw new LlcError(64, `There is no sweep ${name} here.`, `The newest are: ${known}`);
}

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

/** Where sweeps lie below a working directory. */
export function sweepsDirOf(cwd: string): string {
  return join(cwd, 'sweeps');
}
