import type { Usage } from '../../backend.ts';
import { tidyFailure } from '../../job/failure.ts';
import type { JobResult } from '../../job/protocol.ts';
import type { Failure } from '../../job/words.ts';
import type { Fact } from '../../journal/events.ts';
import { outcomeOf } from '../../journal/outcome.ts';
import { secondsBetween } from '../../journal/reduce.ts';
import type { JobRecord } from '../../journal/sweep-state.ts';
import { holdsSweep, retryAt } from '../policy.ts';
import { attemptOf, type Situation } from './situation.ts';

/** What is known of an attempt that ended without a run. */
interface EndWithoutRun {
  readonly told: Failure;
  /** As the worker measured it. Default: from its start to now. */
  readonly durationS?: number;
  readonly usage?: Usage | null;
  readonly at: number;
  /** The sweep is paused already. */
  readonly paused: boolean;
}

/** An attempt that came to its run, found or computed. */
export function finished(
  job: JobRecord,
  result: Extract<JobResult, { status: 'ok' }>,
  usage: Usage | null,
): Fact {
  const outcome = outcomeOf(job.sampler, result.metrics);
  return result.cached
    ? { kind: 'job_cached', ...attemptOf(job), outcome }
    : { kind: 'job_finished', ...attemptOf(job), outcome, durationS: result.duration_s, usage };
}

/**
 * What the end of an attempt without a run means: a cancellation where one was asked for, else a failure,
 * of the clock that ran out if one did, with or without another attempt.
 */
export function failed({ sweep, policy }: Situation, job: JobRecord, end: EndWithoutRun): Fact[] {
  const { told, usage = null, at, paused } = end;
  const attempt = attemptOf(job);
  if (job.cancelling) return [{ kind: 'job_cancelled', ...attempt, usage }];
  const failure = tidyFailure(
    job.givenUp === null ? told : { ...job.givenUp, traceback: told.traceback },
  );
  const due = retryAt(policy.retries, sweep.token, job, failure, at);
  if (due !== null) return [{ kind: 'attempt_failed', ...attempt, failure, retryAt: due, usage }];
  const sinceStart = job.startedAt === null ? null : secondsBetween(job.startedAt, at);
  const durationS = end.durationS ?? sinceStart;
  const last: Fact = { kind: 'job_failed', ...attempt, failure, durationS, usage };
  return holdsSweep(failure) && !paused ? [last, { kind: 'sweep_paused', failure }] : [last];
}
