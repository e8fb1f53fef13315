import { hostname } from 'node:os';
import { setTimeout as timer } from 'node:timers/promises';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { type LocalWorkers, placeOf, signalGroup, workerAt } from './local-worker.ts';
import { observeWorker, standingOfWorker } from './observe.ts';

/** How long a killed process may take to vanish before it counts as one that cannot be ended. */
const KILL_WAIT_MS = 5000;
const LOOK_EVERY_MS = 25;

/**
 * Asks workers to end (SIGTERM to the group), waits, then kills (SIGKILL). Returns what is known of each
 * after that: a result written in time counts.
 *
 * @param graceMs - how long to wait after asking; none is left once the signal is aborted
 */
export async function cancelWorkers(
  handles: readonly JobHandle[],
  workers: LocalWorkers,
  graceMs: number,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  return Promise.all(
    handles.map(async (handle): Promise<Observation> => {
      const place = placeOf(handle);
      if (place.host !== hostname())
        return { kind: 'unknown', reason: `The worker runs on ${place.host}: cancel it there.` };
      const worker = workerAt(workers, place.dir);
      const isAlive = async () => (await standingOfWorker(worker, place)).alive;
      const hasEnded = async (limitMs: number, until: AbortSignal) => {
        const limit = AbortSignal.any([until, AbortSignal.timeout(limitMs)]);
        if (worker.child !== null) {
          await Promise.race([worker.ended, aborted(limit)]);
          return worker.exit !== null;
        }
        while (!limit.aborted && (await isAlive()))
          await timer(LOOK_EVERY_MS, undefined, { signal: limit }).catch(() => {});
        return !(await isAlive());
      };

      worker.cancelled = true;
      if (await isAlive()) {
        signalGroup(place.pid, 'SIGTERM');
        if (!(await hasEnded(graceMs, signal))) {
          signalGroup(place.pid, 'SIGKILL');
          await hasEnded(KILL_WAIT_MS, new AbortController().signal);
        }
      }
      return observeWorker(handle, workers, 0);
    }),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
