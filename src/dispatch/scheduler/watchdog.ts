import type { ClockLimits } from '../job/clock-limits.ts';
import type { Failure } from '../job/words.ts';
import type { JobRecord } from '../journal/sweep-state.ts';
import type { Vigil } from './vigil.ts';

/**
 * The four clocks of an attempt: not scheduled, started but silent, heartbeat stopped, running longer than
 * its limit. Says which ran out, after how long and what to do, or null. A job that runs and beats is never
 * touched, however long, unless it was given a limit.
 *
 * @param placeKeepsTimeLimit - the place itself ends it then. Default false.
 */
export function overdue(
  job: JobRecord,
  vigil: Vigil,
  limits: ClockLimits,
  at: number,
  placeKeepsTimeLimit = false,
): Failure | null {
  const longerThan = (since: number | null, limitS: number | null): limitS is number =>
    since !== null && limitS !== null && at - since >= 1000 * limitS;
  const who = `${job.jobId}, attempt ${job.attempt}`;

  if (job.startedAt === null) {
    if (!longerThan(job.queuedAt, limits.notStartedS)) return null;
    const reason = job.detail === '' ? '' : ` The scheduler says: ${job.detail}.`;
    return failure(
      'start',
      'stalled',
      `call did not start within ${limits.notStartedS}s (${who}): the scheduler has not served it.${reason} ` +
        'Ask for less or for another machine, or wait longer with --hang-timeout-s or --max-wait-min.',
    );
  }

  const runningS = runningLimitS(job, limits);
  if (!placeKeepsTimeLimit && longerThan(job.startedAt, runningS))
    return failure(
      vigil.progress?.stage ?? 'sampling',
      'timeout',
      `The job ran longer than its limit of ${minutes(runningS)} (${who}). ` +
        'Give it more with --timeout-min, or less to do.',
    );

  if (vigil.beatAt === null) {
    if (!longerThan(vigil.seenStartedAt, limits.firstWordS)) return null;
    return failure(
      'start',
      'silent',
      `The job has started, but said no word within ${limits.firstWordS}s (${who}, on ${job.detail}). ` +
        'Look at its log; a slow file system needs a longer --silent-timeout-s.',
    );
  }
  if (longerThan(vigil.beatAt, limits.heartbeatS))
    return failure(
      vigil.progress?.stage ?? 'sampling',
      'silent',
      `The job's heartbeat stopped: nothing new for ${limits.heartbeatS}s (${who}, on ${job.detail}). ` +
        'Look at its log and at the machine; --silent-timeout-s sets the limit.',
    );
  return null;
}

/** How long an attempt of the job may run, seconds; null where nothing ends it. */
export function runningLimitS(job: JobRecord, limits: ClockLimits): number | null {
  const { timeoutMin } = job.resources;
  return timeoutMin === undefined ? limits.runningS : 60 * timeoutMin;
}

function failure(stage: Failure['stage'], errorType: Failure['errorType'], error: string): Failure {
  return { stage, errorType, error, traceback: '' };
}

function minutes(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
