import { stat } from 'node:fs/promises';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle, Usage } from '../../dispatch/backend.ts';
import { placeOf } from './local-worker.ts';

/** From a worker's start to its result or last log line. Nobody is paid for it. */
export async function usageLocal(handle: JobHandle): Promise<Usage | null> {
  const { dir, startedAt } = placeOf(handle);
  const { result, stderr } = attemptLayout(dir);
  const written = await Promise.all(
    [result, stderr].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const endedAt = Math.max(...written);
  if (endedAt === 0 || !Number.isFinite(startedAt)) return null;
  const seconds = Math.max(0, (endedAt - startedAt) / 1000);
  return { seconds, cpuHours: null, gpuHours: null, cost: null };
}
