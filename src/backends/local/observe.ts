import { hostname } from 'node:os';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { logTail } from '../../dispatch/job/log-tail.ts';
import type { Failure } from '../../dispatch/job/words.ts';
import { bootId, type ProcessStanding, standingOf } from '../../dispatch/process-identity.ts';
import { endedWithoutResult } from './ended-without-result.ts';
import {
  type LocalWorker,
  type LocalWorkers,
  placeOf,
  signalGroup,
  type WorkerPlace,
  workerAt,
} from './local-worker.ts';
import { oomKills } from './oom-kills.ts';

/**
 * What is known of one worker now: its files tell, and the process only whether more is to come. A result
 * is the truth, however the process ended.
 *
 * @param lingerMs - how long a worker may live on after its result before it is killed
 */
export async function observeWorker(
  handle: JobHandle,
  workers: LocalWorkers,
  lingerMs: number,
): Promise<Observation> {
  const place = placeOf(handle);
  const worker = workerAt(workers, place.dir);
  const here = place.host === hostname();
  // Looked at before the result is read: whatever it wrote before its end is there by then.
  const { alive, memoryBytes } = await standingOfWorker(worker, place);
  worker.peakBytes = Math.max(worker.peakBytes, memoryBytes ?? 0);
  const result = await attemptNews.result(place.dir, handle.owner);

  if (result !== null && result.attempt === handle.attempt) {
    if (here && alive) {
      worker.lingersSince ??= performance.now();
      if (performance.now() - worker.lingersSince < lingerMs) return { kind: 'collecting' };
      signalGroup(place.pid, 'SIGKILL');
    }
    workers.delete(place.dir);
    return { kind: 'ended', result };
  }
  if (here && !alive) {
    const observation: Observation = worker.cancelled
      ? { kind: 'cancelled' }
      : { kind: 'failed', failure: await failureOf(handle, worker, place) };
    workers.delete(place.dir);
    return observation;
  }
  worker.saidHello ||= (await attemptNews.hello(place.dir, handle.owner)) !== null;
  if (!worker.saidHello)
    return here
      ? { kind: 'starting', on: place.host }
      : { kind: 'unknown', reason: `The worker runs on ${place.host}, this is ${hostname()}.` };
  const progress = await attemptNews.progress(place.dir, handle.owner);
  return { kind: 'running', on: place.host, progress };
}

/** Whether the worker runs; the system tells of our own children, the process table of adopted ones. */
export async function standingOfWorker(
  worker: LocalWorker,
  place: WorkerPlace,
): Promise<ProcessStanding> {
  if (worker.exit !== null) return { alive: false, memoryBytes: null };
  const standing = await standingOf(place);
  return worker.child === null ? standing : { ...standing, alive: worker.exit === null };
}

async function failureOf(
  handle: JobHandle,
  worker: LocalWorker,
  place: WorkerPlace,
): Promise<Failure> {
  const files = attemptLayout(place.dir);
  const kills = await oomKills();
  const errors = await logTail(files.stderr);
  const progress = await attemptNews.progress(place.dir, handle.owner);
  const saidHello = (await attemptNews.hello(place.dir, handle.owner)) !== null;
  return endedWithoutResult({
    exit: worker.exit,
    rebooted: place.boot !== '' && place.boot !== (await bootId()),
    stage: progress?.stage ?? (saidHello ? 'setup' : null),
    kernelKilled: kills !== null && worker.oomKillsBefore !== null && kills > worker.oomKillsBefore,
    peakBytes: worker.peakBytes,
    memoryGb: worker.memoryGb,
    logTail: errors === '' ? await logTail(files.stdout) : errors,
    logPath: errors === '' ? files.stdout : files.stderr,
  });
}
