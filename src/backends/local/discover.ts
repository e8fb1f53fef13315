import { availableParallelism, loadavg, totalmem } from 'node:os';
import type { Discovery, Health } from '../../dispatch/backend.ts';
import type { GpuAdapter } from '../../dispatch/gpu/gpu-adapter.ts';

/**
 * This machine's cores, memory and GPU; it has no queue, no accounts and no prices.
 *
 * @param gpu - null where none can be used
 */
export function discoverLocal(concurrency: number, gpu: GpuAdapter | null): Discovery {
  return {
    partitions: [],
    accounts: [],
    gpuTypes: gpu === null ? [] : [{ name: gpu.name, perHour: null }],
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
