import { hostname } from 'node:os';
import { setTimeout as timer } from 'node:timers/promises';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { type ProcessIdentity, standingOf } from '../../dispatch/process-identity.ts';
import { closeAttempt } from './close-attempt.ts';
import { type LocalWorker, type LocalWorkers, signalGroup, workerOf } from './local-worker.ts';
import { lookAtWorker } from './observe.ts';
import { revokeAttempt } from './revoke-attempt.ts';
import { listenForHello, processesOf } from './worker-process.ts';

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
    handles.map((handle) => cancelWorker(workerOf(workers, handle), graceMs, signal)),
  );
}

async function cancelWorker(
  worker: LocalWorker,
  graceMs: number,
  signal: AbortSignal,
): Promise<Observation> {
  if (!worker.saidHello) await listenForHello(worker);
  if (worker.process.host !== hostname()) return revokeElsewhere(worker);
  if ((await livingOf(worker, processesOf(worker))).length > 0) worker.cancelled = true;
  // Whoever has said nothing by now finds that it may not; whoever just has is known.
  if (!worker.saidHello && !(await closeAttempt(worker.place.dir, worker.handle)))
    await listenForHello(worker);

  const living = await livingOf(worker, processesOf(worker));
  for (const { pid } of living) signalGroup(pid, 'SIGTERM');
  const stubborn = await stillLiving(worker, living, graceMs, signal);
  for (const { pid } of stubborn) signalGroup(pid, 'SIGKILL');
  await stillLiving(worker, stubborn, KILL_WAIT_MS, null);
  worker.seen = null;
  return lookAtWorker(worker, 0);
}

/**
 * Nobody can signal a process of another machine. But a worker looks every two seconds whether its attempt is still its
 * own, and commits nothing if not: with another owner in its payload it ends by itself, if it lives at all.
 */
async function revokeElsewhere(worker: LocalWorker): Promise<Observation> {
  const { handle, place } = worker;
  const known = await lookAtWorker(worker, 0);
  if (known.kind === 'ended') return known;
  try {
    await revokeAttempt(place.dir, handle.owner);
    return { kind: 'cancelled' };
  } catch (error) {
    const { message } = error as Error;
    const reason = `The worker runs on ${worker.process.host} and cannot be told to end: ${message}`;
    return { kind: 'unknown', reason };
  }
}

/** Those that live after this time, or when aborted; known as soon as all have ended. */
async function stillLiving(
  worker: LocalWorker,
  processes: readonly ProcessIdentity[],
  limitMs: number,
  signal: AbortSignal | null,
): Promise<readonly ProcessIdentity[]> {
  const until = performance.now() + limitMs;
  let living = await livingOf(worker, processes);
  while (living.length > 0 && performance.now() < until && !signal?.aborted) {
    await timer(LOOK_EVERY_MS, undefined, signal === null ? {} : { signal }).catch(() => {});
    living = await livingOf(worker, living);
  }
  return living;
}

async function livingOf(
  worker: LocalWorker,
  processes: readonly ProcessIdentity[],
): Promise<readonly ProcessIdentity[]> {
  const living: ProcessIdentity[] = [];
  for (const process of processes) {
    // The end of our own child counts when the system has told it: only then it is known how.
    const isChild = process === worker.place && worker.child !== null;
    if (isChild || (await standingOf(process)).alive) living.push(process);
  }
  return living;
}
