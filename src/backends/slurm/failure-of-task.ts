import { attemptLayout, slurmLayout, sweepDirOfAttempt } from '../../dispatch/artifacts/layout.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { logTail } from '../../dispatch/job/log-tail.ts';
import type { Failure } from '../../dispatch/job/words.ts';
import type { EndMark } from './end-mark.ts';
import { failureOfEnd } from './failure-of-end.ts';
import { meaningOf } from './slurm-state.ts';
import type { QueueRow } from './squeue.ts';
import type { WatchedTask } from './watched-task.ts';

/** Gathers what an attempt that has ended without a result has left, and says what it failed of. */
export async function failureOfTask(
  { handle, place, name, accounts, removed }: WatchedTask,
  known: {
    readonly row: QueueRow | null;
    readonly marks: readonly EndMark[];
    readonly memoryGb: number | null;
  },
): Promise<Failure> {
  const { row, marks, memoryGb } = known;
  const files = attemptLayout(place.dir);
  const slurmLog = slurmLayout(sweepDirOfAttempt(place.dir))
    .submission(place.submission)
    .log(place.task);
  const logs = [];
  for (const path of [files.stderr, files.stdout, slurmLog])
    logs.push({ path, tail: await logTail(path) });
  const log = logs.find(({ tail }) => tail !== '') ?? { path: slurmLog, tail: '' };
  const progress = await attemptNews.progress(place.dir, handle.owner);
  const hello = await attemptNews.hello(place.dir, handle.owner);
  const account = accounts?.at(-1) ?? null;
  const state = row !== null && meaningOf(row.state) === 'over' ? row.state : null;
  const mark = marks.at(-1) ?? null;
  return failureOfEnd({
    jobId: handle.jobId,
    attempt: handle.attempt,
    task: name,
    state: state ?? account?.state ?? null,
    removed,
    reason: row?.reason ?? account?.reason ?? '',
    exit: account?.exit ?? '',
    by: account?.by ?? null,
    node: mark?.node || row?.nodes || account?.nodes || '',
    mark,
    timeouts: marks.filter(({ cause }) => cause === 'timeout').length,
    limitMin: place.limitMin,
    memoryGb,
    stage: progress?.stage ?? (hello === null ? null : 'setup'),
    logTail: log.tail,
    logPath: log.path,
  });
}
