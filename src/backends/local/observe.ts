import { hostname } from 'node:os';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { adapterName } from '../../dispatch/gpu/gpu-adapter.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { EXIT_CODES } from '../../dispatch/job/exit-codes.ts';
import { closeAttempt } from './close-attempt.ts';
import { failureOf } from './failure-of-worker.ts';
import { type LocalWorker, type LocalWorkers, signalGroup, workerOf } from './local-worker.ts';
import { listenForHello, standingOfWorker } from './worker-process.ts';

export interface Looking {
  /** How old an observation of a living worker may be to be given again, milliseconds. */
  readonly lookEveryMs: number;
  /** How long a worker may live on after its result before it is killed, milliseconds. */
  readonly lingerMs: number;
}

/**
 * What is known of one worker now. One that lives and was looked at a moment ago is told from memory, so
 * that the end of another costs it nothing; the system tells of the end of our own children.
 */
export async function observeWorker(
  handle: JobHandle,
  workers: LocalWorkers,
  { lookEveryMs, lingerMs }: Looking,
): Promise<Observation> {
  const worker = workerOf(workers, handle);
  const { seen } = worker;
  if (seen !== null && worker.exit === null && performance.now() - worker.lookedAt < lookEveryMs)
    return seen;
  const observation = await lookAtWorker(worker, lingerMs);
  const lives = ['starting', 'running', 'collecting'].includes(observation.kind);
  worker.seen = lives ? observation : null;
  worker.lookedAt = performance.now();
  // Its result tells the same again; of thousands that have ended nothing need be remembered.
  if (observation.kind === 'ended') workers.delete(worker.place.dir);
  return observation;
}

/**
 * Looks at the worker's files, and at its process only for whether more is to come. A result is the truth,
 * however the process ended.
 */
export async function lookAtWorker(worker: LocalWorker, lingerMs: number): Promise<Observation> {
  const { handle, place } = worker;
  const ended = worker.exit !== null && worker.exit.code !== EXIT_CODES.taken;
  if (worker.ended || ended) {
    const result = await resultOf(worker);
    if (result !== null) return end(worker, result);
  }
  if (!worker.saidHello) await listenForHello(worker);
  const { host } = worker.process;
  const here = host === hostname();
  // Looked at before the result is read: whatever it wrote before its end is there by then.
  const { alive, memoryBytes } = await standingOfWorker(worker);
  worker.peakBytes = Math.max(worker.peakBytes, memoryBytes ?? 0);
  const result = await resultOf(worker);
  if (result !== null) {
    if (here && alive) {
      worker.lingersSince ??= performance.now();
      if (performance.now() - worker.lingersSince < lingerMs) return { kind: 'collecting' };
      signalGroup(worker.process.pid, 'SIGKILL');
    }
    return end(worker, result);
  }
  if (here && !alive) {
    // Before it is told that nothing more will come, nothing more may come.
    if (!worker.saidHello && !(await closeAttempt(place.dir, handle))) {
      await listenForHello(worker);
      if (worker.saidHello) return lookAtWorker(worker, lingerMs);
    }
    return worker.cancelled
      ? { kind: 'cancelled' }
      : { kind: 'failed', failure: await failureOf(worker) };
  }
  const since = Number.isFinite(place.startedAt) ? { since: place.startedAt } : {};
  if (worker.saidHello) {
    const progress = await attemptNews.progress(place.dir, handle.owner);
    const gpu = progress?.gpu ?? null;
    // WebGPU tells its name, not which of several it is.
    const on = gpu === null ? host : `${host}, ${adapterName(gpu)}`;
    return { kind: 'running', on, ...since, progress };
  }
  // On another machine nobody can look: its first word or the clock for it tells.
  return { kind: 'starting', on: host, ...since };
}

async function resultOf({ handle, place }: LocalWorker) {
  const result = await attemptNews.result(place.dir, handle.owner);
  return result?.attempt === handle.attempt ? result : null;
}

function end(
  worker: LocalWorker,
  result: Extract<Observation, { kind: 'ended' }>['result'],
): Observation {
  worker.ended = true;
  return { kind: 'ended', result };
}
