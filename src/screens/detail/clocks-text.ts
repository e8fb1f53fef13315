import { isLive } from '../../dispatch/journal/events.ts';
import { runningLimitS } from '../../dispatch/scheduler/watchdog.ts';
import { spanText } from '../../ui/format/numbers.ts';
import { doneAt } from '../sweep/done-at.ts';
import { limitsOf } from '../sweep/limits-of.ts';
import { waitWords } from '../sweep/wait-words.ts';
import { at, type JobSeen } from './job-seen.ts';

/** `step 2,460 of 6,000` is said elsewhere; this is when it began, ends and must have ended. */
export function timesText(seen: JobSeen): readonly string[] {
  const { job, heardAt, progress } = seen;
  if (job.startedAt === null) return job.endedAt === null ? [] : [`ended ${at(seen, job.endedAt)}`];
  const since = `since ${at(seen, job.startedAt)}`;
  if (!isLive(job.state)) {
    const took = job.durationS === null ? [] : [`took ${spanText(job.durationS)}`];
    return job.endedAt === null
      ? [since, ...took]
      : [since, `ended ${at(seen, job.endedAt)}`, ...took];
  }
  const done = doneAt(job.startedAt, heardAt, progress);
  const limitS = runningLimitS(job, limitsOf(seen.watched));
  return [
    since,
    ...(done === null ? [] : [`done ~${at(seen, done)}`]),
    ...(limitS === null ? [] : [`limit ${at(seen, job.startedAt + 1000 * limitS)}`]),
  ];
}

/** The watchdogs of a living attempt, each with what it has seen or until when it waits; empty where none watches. */
export function watchdogsText(seen: JobSeen): string {
  const { job, heardAt, theme } = seen;
  if (!isLive(job.state)) return '';
  const tick = theme.ascii ? 'ok' : '✓';
  const { notStartedS, firstWordS, heartbeatS } = limitsOf(seen.watched);
  if (job.startedAt === null) {
    if (job.queuedAt === null) return '';
    const since = `since ${at(seen, job.queuedAt)}`;
    const waited = waitWords(job, notStartedS, seen.now);
    return waited === ''
      ? `watchdogs  not started ${since}, no limit`
      : `watchdogs  not started ${since}, ${waited}`;
  }
  const started = `watchdogs  started ${tick} ${at(seen, job.startedAt)}`;
  if (heardAt === null) {
    const limit = firstWordS === null ? 'no limit' : `limit ${spanText(firstWordS)}`;
    return `${started}  no first word yet, ${limit}`;
  }
  const limit = heartbeatS === null ? 'no limit' : `limit ${spanText(heartbeatS)}`;
  return `${started}  first word ${tick}  heartbeat ${at(seen, heardAt)}, ${limit}`;
}
