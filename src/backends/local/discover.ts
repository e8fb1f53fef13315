import { availableParallelism, loadavg, totalmem } from 'node:os';
import type { Discovery, Health } from '../../dispatch/backend.ts';

/** This machine's cores and memory; it has no queue, no accounts and no prices. */
export function discoverLocal(concurrency: number): Discovery {
  return {
    partitions: [],
    accounts: [],
    gpuTypes: [],
    cores: availableParallelism(),
    memoryGb: totalmem() / 2 ** 30,
    maxJobs: concurrency,
    budgetLeft: null,
  };
}

/** Slow when twice as many programs want to run as there are cores. */
export function healthLocal(): Health {
  const cores = availableParallelism();
  const load = loadavg()[0] ?? 0;
  return load > 2 * cores
    ? { state: 'slow', text: `load ${load.toFixed(1)} on ${cores} cores` }
    : { state: 'well', text: `${cores} cores, load ${load.toFixed(1)}` };
}
