import { stat } from 'node:fs/promises';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle, Usage } from '../../dispatch/backend.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { attemptOf } from './handle.ts';
import type { ModalPlace } from './modal-place.ts';
import { costOf } from './prices.ts';

/** What each sandbox has used, as Modal counts it; null where it does not tell. */
export async function usageModal(
  handles: readonly JobHandle[],
  place: ModalPlace,
  signal: AbortSignal,
): Promise<readonly (Usage | null)[]> {
  return Promise.all(
    handles.map(async (handle) => {
      try {
        return await usageOf(handle, place, signal);
      } catch {
        signal.throwIfAborted();
        return null;
      }
    }),
  );
}

async function usageOf(
  handle: JobHandle,
  place: ModalPlace,
  signal: AbortSignal,
): Promise<Usage | null> {
  const { sandboxId, dir, gpu } = attemptOf(handle);
  if (sandboxId === null) return { seconds: 0, cpuHours: 0, gpuHours: null, cost: 0 };
  const plane = await place.plane();
  const [used, prices] = [
    await plane.sandboxes.used(sandboxId, signal),
    await place.prices(signal),
  ];
  const said = await attemptNews.hello(dir, handle.owner);
  const end = await stat(attemptLayout(dir).stdout).catch(() => null);
  const seconds = said === null || end === null ? 0 : (end.mtimeMs - said.startedAt) / 1000;
  return {
    seconds: Math.max(0, seconds),
    cpuHours: used.cpuCoreHours,
    gpuHours: gpu === null ? null : used.gpuHours,
    cost: costOf(prices, used, gpu),
  };
}
