import { join } from 'node:path';
import { sweepsByAge } from '../dispatch/artifacts/sweeps-by-age.ts';
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

/** Where sweeps lie below a working directory. */
export function sweepsDirOf(cwd: string): string {
  return join(cwd, 'sweeps');
}
