/**
 * The words that cross a process border.
 *
 * - **job**: one (problem, sampler, seed): always exactly one sampler.
 * - **family**: the jobs of one (problem, seed): same data, same trained weights.
 * - **sweep**: many jobs, one journal, one CSV.
 * - **run**: one computed result, `runs/<run_id>/`; a job that finds its run is *cached*.
 * - **attempt**: one try of a job on a backend, counted from 1.
 * - **owner**: a random token of one attempt; a worker whose token is no longer the job's stops.
 */

/** Where a job stands, in the order in which a person meets the states. */
export const JOB_STATES = [
  'planned',
  'held',
  'submitted',
  'waiting',
  'starting',
  'running',
  'collecting',
  'retrying',
  'ok',
  'cached',
  'error',
  'cancelled',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States that a job leaves only when a person asks for it again. */
export const TERMINAL_STATES: ReadonlySet<JobState> = new Set([
  'ok',
  'cached',
  'error',
  'cancelled',
]);

/** Why an attempt failed; the same words on every backend. */
export const ERROR_TYPES = [
  'oom',
  'timeout',
  /** Never scheduled within the limit. */
  'stalled',
  /** Started, then no word or heartbeat within the limit. */
  'silent',
  'lost',
  'crash',
  'preempted',
  'node_failure',
  'diverged',
  'schema',
  'config',
  'auth',
  'billing',
  'permission',
  'throttled',
  'unavailable',
  'image',
  'disk_full',
  'cancelled_by_site',
  'internal',
] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

/** Failures that the same job meets again whatever its surroundings: left out where nobody named it. */
export const MUST_REPEAT: ReadonlySet<ErrorType> = new Set(['diverged', 'config']);

/** Where in its life a job failed. */
export const STAGES = [
  'preflight',
  'submit',
  'start',
  'setup',
  'training',
  'warmup',
  'sampling',
  'analysis',
  'artifacts',
  'collect',
] as const;
export type Stage = (typeof STAGES)[number];

export interface Failure {
  readonly stage: Stage;
  readonly errorType: ErrorType;
  /** What happened, to which job, and what to do next; at most 2000 characters. */
  readonly error: string;
  /** A stack or the end of the log; at most 4000 characters, empty if there is none. */
  readonly traceback: string;
  /** The cause lay outside the job (killed by another process), so its repetition proves nothing. Default false. */
  readonly fromOutside?: boolean;
  /** Every other job of the sweep would meet it too, until a person acts. Default: as its type says. */
  readonly holdsSweep?: boolean;
  /** Path of the log that says more. Default: the attempt's `stdout.log`. */
  readonly log?: string;
}
