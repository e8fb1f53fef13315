import { hostname } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';

/**
 * The lock by which this person's GPU jobs take turns on this machine, whichever sweeps they are of. A home directory
 * may be that of several machines.
 */
export function gpuTurnOfHere(): string {
  return join(envPaths('llc', { suffix: '' }).cache, `gpu-${hostname()}.lock`);
}
