import type { Resources } from '../../dispatch/job/job-spec.ts';
import type { Rates, Used } from './control-plane/control-plane.ts';

/** US dollars an hour. */
export interface Prices {
  /** Of a core. */
  readonly cpu: number;
  /** Of a GiB of memory. */
  readonly memory: number;
  /** By type. */
  readonly gpus: Readonly<Record<string, number>>;
}

/**
 * What modal.com/pricing listed for sandboxes in October 2026 (per second there; a physical core, a GiB; A100 with 40 GB),
 * where the workspace's own rates are not known. Without the multipliers of regions; it may have changed since.
 */
export const LIST_PRICES: Prices = {
  cpu: 0.00003942 * 3600,
  memory: 0.00000667 * 3600,
  gpus: {
    H100: 0.001097 * 3600,
    A100: 0.000583 * 3600,
    L40S: 0.000542 * 3600,
    A10G: 0.000306 * 3600,
    T4: 0.000164 * 3600,
  },
};

/** The workspace's own rates, each where one of its names fits, else the listed price. */
export function pricesOf(rates: Rates | null): Prices {
  if (rates === null) return LIST_PRICES;
  const find = (pattern: RegExp) =>
    Object.entries(rates).find(([name, price]) => pattern.test(name) && price > 0)?.[1];
  const gpus = Object.entries(LIST_PRICES.gpus).map(([type, listed]) => [
    type,
    find(new RegExp(`(^|[^a-z0-9])${type}([^a-z0-9]|$)`, 'i')) ?? listed,
  ]);
  return {
    cpu: find(/sandbox.*cpu/i) ?? find(/cpu/i) ?? LIST_PRICES.cpu,
    memory: find(/sandbox.*mem/i) ?? find(/mem/i) ?? LIST_PRICES.memory,
    gpus: Object.fromEntries(gpus),
  };
}

/** What an hour of such a job costs, US dollars. */
export function pricePerHour(
  prices: Prices,
  { cpus, memoryGb }: Pick<Resources, 'cpus' | 'memoryGb'>,
  gpu: string | null,
): number {
  return (
    cpus * prices.cpu + memoryGb * prices.memory + (gpu === null ? 0 : (prices.gpus[gpu] ?? 0))
  );
}

/**
 * What was used, in US dollars.
 *
 * @param asked - the GPU that was asked for, whose price is taken where Modal names another or none
 */
export function costOf(
  prices: Prices,
  { cpuCoreHours, memoryGibHours, gpuHours, gpuType }: Used,
  asked: string | null,
): number {
  const told = gpuType?.toUpperCase() ?? '';
  const gpu = prices.gpus[told] ?? prices.gpus[asked ?? ''] ?? 0;
  return cpuCoreHours * prices.cpu + memoryGibHours * prices.memory + gpuHours * gpu;
}
