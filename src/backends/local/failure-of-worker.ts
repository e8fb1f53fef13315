import { lstatSync } from 'node:fs';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { logTail } from '../../dispatch/job/log-tail.ts';
import type { Failure } from '../../dispatch/job/words.ts';
import { bootId } from '../../dispatch/process-identity.ts';
import { endedWithoutResult } from './ended-without-result.ts';
import type { LocalWorker } from './local-worker.ts';
import { oomKills } from './oom-kills.ts';
import { exitOf } from './worker-process.ts';

/** Gathers what a worker that has ended without a result has left, and says what it failed of. */
export async function failureOf(worker: LocalWorker): Promise<Failure> {
  const { handle, place } = worker;
  const files = attemptLayout(place.dir);
  worker.kernelKilled ??= killsHaveGrown(worker);
  const errors = await logTail(files.stderr);
  const progress = await attemptNews.progress(place.dir, handle.owner);
  return endedWithoutResult({
    jobId: handle.jobId,
    attempt: handle.attempt,
    exit: exitOf(worker),
    rebooted: place.boot !== '' && place.boot !== bootId(),
    stage: progress?.stage ?? (worker.saidHello ? 'setup' : null),
    kernelKilled: worker.kernelKilled,
    peakBytes: worker.peakBytes,
    memoryGb: place.memoryGb,
    unreadableResult: lstatSync(files.result, { throwIfNoEntry: false }) !== undefined,
    logTail: errors === '' ? await logTail(files.stdout) : errors,
    logPath: errors === '' ? files.stdout : files.stderr,
  });
}

function killsHaveGrown({ place }: LocalWorker): boolean {
  const now = oomKills(place.oomCounter);
  return now !== null && place.oomKills !== null && now > place.oomKills;
}
