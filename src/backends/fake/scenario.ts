import type { ErrorType, Failure, Stage } from '../../dispatch/job/words.ts';
import type { Fault } from './faults.ts';
import type { Site } from './site.ts';

/**
 * What a place is like and what goes wrong there, as plain data.
 *
 * ```ts
 * // All is well: every attempt runs 30 s and ends ok.
 * {}
 *
 * // A busy cluster with GPUs and prices, one job that runs out of memory, one that is preempted and then
 * // comes through, one that nobody ever starts, and a scheduler that does not answer now and then.
 * {
 *   site: {
 *     slots: 8,
 *     partitions: [{ name: 'gpu', cpus: 128, gpus: [{ type: 'a100', total: 8 }], limitMin: 1440 }],
 *     prices: { a100: 2.1 },
 *     budget: 50,
 *   },
 *   otherwise: [{ waiting: [{ reason: 'Priority', forS: 20 }], running: { forS: 300 } }],
 *   jobs: {
 *     'tanh-nuts-1': [{ running: { forS: 40 }, end: { kind: 'failed', errorType: 'oom' } }],
 *     'tanh-hmc-1': [
 *       { running: { forS: 90 }, end: { kind: 'failed', errorType: 'preempted' } },
 *       { running: { forS: 200, chains: [1.48, 1.52, 1.5, 1.51] } },
 *     ],
 *     'tanh-sgld-1': [{ waiting: [{ reason: 'Resources', forS: null }] }],
 *   },
 *   faults: [{ call: 'observe', does: 'throw', when: 'before', times: 3 }],
 * }
 * ```
 */
export interface Scenario {
  /** Default: one partition of 64 cores, no GPUs, no prices, no limits. */
  readonly site?: Site;
  /** What each attempt of a job goes through, by job id; the last holds for all further ones. */
  readonly jobs?: Readonly<Record<string, readonly AttemptScript[]>>;
  /** The same for all other jobs. Default: 30 s of running, then ok. */
  readonly otherwise?: readonly AttemptScript[];
  readonly faults?: readonly Fault[];
  /** The draws of each finished run: a netCDF file, in base64. Default: runs hold none. */
  readonly draws?: string;
}

/** Seconds; null = for ever. */
export type Span = number | null;

/** What one attempt goes through, in this order. */
export interface AttemptScript {
  /** Reasons that are told while it is not started, one after the other. Default: it starts at once. */
  readonly waiting?: readonly { readonly reason: string; readonly forS: Span }[];
  /** Started, no word yet. Default 0. */
  readonly startingS?: Span;
  /** Default: 30 s. */
  readonly running?: RunningScript;
  /** Done, its result not yet there. Default 0. */
  readonly collectingS?: Span;
  /** Default: ok. */
  readonly end?: End;
  /** What comes of being asked to end: it does, it brings its result first, or nothing. Default `ends`. */
  readonly whenCancelled?: 'ends' | 'finishes' | 'cannot be ended';
}

export interface RunningScript {
  readonly forS: Span;
  /** Runs without ever a word. Default false. */
  readonly silent?: boolean;
  /** Seconds between heartbeats. Default 1. */
  readonly beatEveryS?: number;
  /** Seconds of running after which heartbeats stop. Default: never. */
  readonly beatStopsAtS?: number;
  /** What the estimate of each chain comes to. Default four about 1.5. */
  readonly chains?: readonly number[];
  /** Transitions in all. Default 1000. */
  readonly total?: number;
}

/** How an attempt ends. */
export type End =
  | {
      readonly kind: 'ok';
      /** Beside those that follow from the chains, or instead of them. */
      readonly metrics?: Readonly<Record<string, unknown>>;
      readonly cached?: boolean;
    }
  /** The worker says in its result what it failed of. */
  | {
      readonly kind: 'error';
      readonly errorType: ErrorType;
      readonly stage?: Stage;
      readonly error?: string;
      readonly traceback?: string;
    }
  /** It leaves no result; the place says why: crash, oom, preempted, lost, cancelled_by_site, … */
  | ({ readonly kind: 'failed'; readonly errorType: ErrorType } & Partial<Failure>)
  /** The only result that is found is another owner's, which does not count. */
  | { readonly kind: 'foreign result' }
  /** A result of another owner or attempt is told as this one's: what no backend may do. */
  | { readonly kind: 'garbage'; readonly owner?: string; readonly attempt?: number };
