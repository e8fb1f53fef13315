import { stat } from 'node:fs/promises';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle, Usage } from '../../dispatch/backend.ts';
import { placeOf } from './worker-place.ts';

/** From a worker's start to its result or last sign of life. Nobody is paid for it. */
export async function usageLocal(handle: JobHandle): Promise<Usage | null> {
  const { dir, startedAt } = placeOf(handle);
  const { result, progress, stderr } = attemptLayout(dir);
  const endedAt = (await written(result)) ?? (await written(progress)) ?? (await written(stderr));
  if (endedAt === null || !Number.isFinite(startedAt)) return null;
  const seconds = Math.max(0, (endedAt - startedAt) / 1000);
  return { seconds, cpuHours: null, gpuHours: null, cost: null };
}

/** When a file was written last, milliseconds since 1970; null where there is none. */
async function written(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
