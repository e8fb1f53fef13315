import { createHash } from 'node:crypto';
import type { ClockLimits } from '../job/clock-limits.ts';
import type { ErrorType, Failure } from '../job/words.ts';
import type { JobRecord } from '../journal/sweep-state.ts';

/** Backoff of failed attempts. */
export interface RetryPolicy {
  /** Further attempts after the first. Default 3. */
  readonly maxRetries: number;
  /** Each delay is this many times the one before. Default 2. */
  readonly backoff: number;
  /** Seconds before the second attempt. Default 10. */
  readonly initialDelayS: number;
}

export const DEFAULT_RETRIES: RetryPolicy = { maxRetries: 3, backoff: 2, initialDelayS: 10 };

/** What the scheduler may do. */
export interface Policy {
  readonly retries: RetryPolicy;
  readonly limits: ClockLimits;
  /** Jobs with a living attempt at once. */
  readonly maxConcurrent: number;
  /** The place keeps finished runs, so that they can be brought here; else they are here already. */
  readonly keepsRuns: boolean;
  /** Jobs wait in a queue of the place's own, which may be out of reach for hours. Default false. */
  readonly placeKeepsQueue?: boolean;
  /** The place ends jobs at their running time's limit itself. Default false. */
  readonly placeKeepsTimeLimit?: boolean;
}

/**
 * Which failures are worth another attempt. Tried again is what the place did to the job, and what may be
 * bad luck; not what the same job would meet again (its memory, its limit, its configuration, its
 * divergence) nor what only a person can mend (money, rights, a full disc).
 */
const RETRIED: Readonly<Record<ErrorType, boolean>> = {
  crash: true,
  silent: true,
  stalled: true,
  lost: true,
  preempted: true,
  node_failure: true,
  unavailable: true,
  throttled: true,
  oom: false,
  timeout: false,
  diverged: false,
  schema: false,
  config: false,
  image: false,
  auth: false,
  billing: false,
  permission: false,
  disk_full: false,
  cancelled_by_site: false,
  /** A fault in our own code; the same numbers lead to it again. */
  internal: false,
};

/** Failures that every job of the sweep would meet, until a person has acted. */
const OF_THE_SWEEP: ReadonlySet<ErrorType> = new Set(['schema', 'billing', 'auth', 'image']);

/** Whether to hold the jobs that have not been handed over instead of letting each fail the same way. */
export function holdsSweep({ errorType, holdsSweep: told }: Failure): boolean {
  return told ?? OF_THE_SWEEP.has(errorType);
}

/** Failures of the job itself rather than of its surroundings: meeting the same one twice is proof enough. */
const OF_THE_JOB: ReadonlySet<ErrorType> = new Set(['crash', 'silent']);

/** When the job's next attempt is due after this failure, or null where it was the last. */
export function retryAt(
  policy: RetryPolicy,
  token: string,
  job: JobRecord,
  failure: Failure,
  now: number,
): number | null {
  if (!RETRIED[failure.errorType]) return null;
  if (job.failures >= policy.maxRetries) return null;
  if (job.failure !== null && isSameFailure(job.failure, failure)) return null;
  return now + backoffMs(policy, token, job, job.failures);
}

/** Milliseconds to wait after the n-th try (counted from 0), spread by up to a fifth either way. */
export function backoffMs(policy: RetryPolicy, token: string, job: JobRecord, n: number): number {
  const spread = 0.8 + 0.4 * unitInterval(`${token}/${job.jobId}/${job.attempt}/${n}`);
  return Math.round(1000 * policy.initialDelayS * policy.backoff ** n * spread);
}

/** The same failure of the job itself, whatever the numbers in its text (attempts, addresses, seconds). */
function isSameFailure(before: Failure, now: Failure): boolean {
  return (
    OF_THE_JOB.has(now.errorType) &&
    now.fromOutside !== true &&
    before.errorType === now.errorType &&
    before.stage === now.stage &&
    withoutNumbers(before.error) === withoutNumbers(now.error)
  );
}

function withoutNumbers(text: string): string {
  return text.replace(/0x[0-9a-f]+|\d+/gi, '#');
}

/** An attempt's token: known before the attempt, not to be guessed without the sweep's token. */
export function ownerOf(token: string, jobId: string, attempt: number): string {
  return digest(`${token}/${jobId}/${attempt}`).toString('hex', 0, 8);
}

function unitInterval(text: string): number {
  return digest(text).readUInt32LE(0) / 2 ** 32;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
