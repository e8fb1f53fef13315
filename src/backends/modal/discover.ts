import type { Discovery, Health } from '../../dispatch/backend.ts';
import { budgetLeft } from './control-plane/control-plane.ts';
import type { ModalPlace } from './modal-place.ts';
import { troubleOf } from './trouble.ts';

/** GPU types with their prices, and what is left of the budget. */
export async function discoverModal(
  place: ModalPlace,
  concurrency: number,
  signal: AbortSignal,
): Promise<Discovery> {
  const plane = await place.plane();
  const [prices, budget] = [await place.prices(signal), await plane.account.budget(signal)];
  return {
    partitions: [],
    accounts: [],
    gpuTypes: Object.entries(prices.gpus).map(([name, perHour]) => ({ name, perHour })),
    perHour: { core: prices.cpu, memoryGb: prices.memory },
    cores: null,
    memoryGb: null,
    maxJobs: concurrency,
    budgetLeft: budgetLeft(budget),
  };
}

const SLOW_MS = 2000;

export async function healthModal(place: ModalPlace, signal: AbortSignal): Promise<Health> {
  const began = performance.now();
  try {
    const plane = await place.plane();
    const { workspace } = await plane.account.tokenInfo(signal);
    const ms = performance.now() - began;
    const left = budgetLeft(await plane.account.budget(signal));
    return {
      state: ms > SLOW_MS ? 'slow' : 'well',
      text: `workspace ${workspace}, answers in ${Math.round(ms)} ms`,
      ...(left === null ? {} : { budgetLeft: left }),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'down', text: troubleOf(error, 'Modal cannot be asked').message };
  }
}
