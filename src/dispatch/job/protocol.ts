import type { ProcessIdentity } from '../process-identity.ts';
import type { JobSpec, Resources } from './job-spec.ts';
import type { Failure, Stage } from './words.ts';

/** Grows when a worker and a dispatcher of different numbers could misunderstand each other. */
export const PROTOCOL_VERSION = 2;

/** `payload.json`: all that a worker is told. Paths are absolute or relative to the payload's folder. */
export interface Payload {
  readonly protocol: number;
  readonly schemaHash: string;
  /** The worker bundle's hash, or `LLC_CODE_VERSION`. */
  readonly codeVersion: string;
  readonly sweepId: string;
  readonly attempt: number;
  readonly owner: string;
  readonly job: JobSpec;
  readonly resources: Resources;
  /** Where finished runs go, `runs/`. */
  readonly runsDir: string;
  /** Where trained weights are shared, `.llc/`. */
  readonly storeDir: string;
  /** Recompute although the run exists. */
  readonly noSkip: boolean;
  /** Keep no netCDF, only configuration, metrics and manifest. */
  readonly noArtifacts: boolean;
}

/**
 * `hello.json`: the worker's first word, after it has compared the hashes and before it does anything. It is
 * committed exactly once an incarnation, so that of several workers of one attempt only the first goes on; who said it
 * is the process to watch.
 */
export interface Hello extends ProcessIdentity {
  readonly protocol: number;
  readonly schemaHash: string;
  readonly codeVersion: string;
  readonly owner: string;
  readonly attempt: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly node: string;
  /** The best that it has; `metrics.json` says which one a run was computed on. */
  readonly engine: string;
  /** How often the place has started the attempt again before. Default: 0. A higher one replaces the word of a lower. */
  readonly incarnation?: number;
  /** Which GPUs of the host a scheduler gave to the job, as it counts them: `1`. Default: none were. */
  readonly gpus?: string;
}

/** `progress.json`, replaced at most once a second. Its `beat` grows at each heartbeat. */
export interface Progress {
  readonly owner: string;
  readonly beat: number;
  readonly stage: Stage;
  /** Transitions done and in all, warm-up included; 0 and 0 before sampling. */
  readonly done: number;
  readonly total: number;
  /** Running estimate over the draws so far, null before the first. */
  readonly llc: number | null;
  readonly llcSe: number | null;
  readonly rhat: number | null;
  readonly ess: number | null;
  /** Running estimate of each chain. */
  readonly llcByChain: readonly number[];
  /** The GPU that it computes on, in words; null until one is open. Default: null. */
  readonly gpu?: string | null;
}

/** `result.json`, committed exactly once. The keys are the contract's, the same on every backend. */
export type JobResult =
  | {
      readonly status: 'ok';
      /** The run existed and was not computed again. */
      readonly cached: boolean;
      readonly run_id: string;
      readonly run_dir: string;
      readonly family_id: string;
      readonly duration_s: number;
      readonly owner: string;
      readonly attempt: number;
      /** The run's metrics, so that a CSV needs no second read. */
      readonly metrics: Readonly<Record<string, unknown>>;
    }
  | {
      readonly status: 'error';
      readonly run_id: string;
      readonly stage: Failure['stage'];
      readonly error_type: Failure['errorType'];
      readonly error: string;
      readonly traceback: string;
      readonly duration_s: number;
      readonly owner: string;
      readonly attempt: number;
    };
