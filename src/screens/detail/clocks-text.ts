import { DEFAULT_LIMITS } from '../../dispatch/job/clock-limits.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import { spanText } from '../../ui/format/numbers.ts';
import { at, type JobSeen } from './job-seen.ts';

/** `step 2,460 of 6,000` is said elsewhere; this is when it began, ends and must have ended. */
export function timesText(seen: JobSeen): readonly string[] {
  const { job, now, progress } = seen;
  if (job.startedAt === null) return job.endedAt === null ? [] : [`ended ${at(seen, job.endedAt)}`];
  const since = `since ${at(seen, job.startedAt)}`;
  if (!isLive(job.state)) {
    const took = job.durationS === null ? [] : [`took ${spanText(job.durationS)}`];
    return job.endedAt === null
      ? [since, ...took]
      : [since, `ended ${at(seen, job.endedAt)}`, ...took];
  }
  const doneAt =
    progress === null || progress.done === 0
      ? null
      : now + ((now - job.startedAt) * (progress.total - progress.done)) / progress.done;
  const limit = limitMs(seen);
  return [
    since,
    ...(doneAt === null ? [] : [`done ~${at(seen, doneAt)}`]),
    ...(limit === null ? [] : [`limit ${at(seen, job.startedAt + limit)}`]),
  ];
}

/** How long it may run; null where nothing ends it. */
function limitMs({ watched, job, resources }: JobSeen): number | null {
  const isGiven = watched.plan?.options.timeoutGiven === true;
  // A cluster or a serverless place always ends a job at its limit; this machine only where somebody asked.
  const always = !['local', 'fake'].includes(watched.sweep.backend);
  return always || isGiven || job.resources.timeoutMin !== undefined
    ? 60_000 * resources.timeoutMin
    : null;
}

/** The watchdogs of a living attempt, each with what it has seen or until when it waits; empty where none watches. */
export function watchdogsText(seen: JobSeen): string {
  const { job, heardAt, theme } = seen;
  if (!isLive(job.state)) return '';
  const tick = theme.ascii ? 'ok' : '✓';
  const { notStartedS, firstWordS, heartbeatS } = limitsOf(seen);
  if (job.startedAt === null) {
    if (job.submittedAt === null) return '';
    const limit = notStartedS === null ? 'no limit' : `limit ${spanText(notStartedS)}`;
    return `watchdogs  not started since ${at(seen, job.submittedAt)}, ${limit}`;
  }
  const started = `watchdogs  started ${tick} ${at(seen, job.startedAt)}`;
  if (heardAt === null) {
    const limit = firstWordS === null ? 'no limit' : `limit ${spanText(firstWordS)}`;
    return `${started}  no first word yet, ${limit}`;
  }
  const limit = heartbeatS === null ? 'no limit' : `limit ${spanText(heartbeatS)}`;
  return `${started}  first word ${tick}  heartbeat ${at(seen, heardAt)}, ${limit}`;
}

/** Limits as the plan's options give them; the places' own are known to the supervisor alone. */
function limitsOf({ watched }: JobSeen): {
  readonly notStartedS: number | null;
  readonly firstWordS: number | null;
  readonly heartbeatS: number | null;
} {
  const options = watched.plan?.options;
  const silent = options?.silentTimeoutS ?? null;
  const wait = options?.maxWaitMin ?? null;
  return {
    notStartedS:
      options?.hangTimeoutS ??
      (wait === null ? (watched.sweep.backend === 'modal' ? 180 : null) : 60 * wait),
    firstWordS: silent ?? DEFAULT_LIMITS.firstWordS,
    heartbeatS: silent ?? DEFAULT_LIMITS.heartbeatS,
  };
}
