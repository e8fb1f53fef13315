import type { ClockLimits } from './job/clock-limits.ts';
import type { JobSpec, Resources } from './job/job-spec.ts';
import type { JobResult, Progress } from './job/protocol.ts';
import type { Failure } from './job/words.ts';

/**
 * The port of a place where jobs run. It works on lists, so that a cluster sees one call a tick whatever
 * the number of jobs; handles are plain JSON that a journal can keep and a later process can use.
 * Every call takes a signal and returns within a bounded time; trouble with one job is a value, trouble
 * with the place itself is an exception (`LlcError`).
 */
export interface Backend {
  readonly name: 'local' | 'submitit' | 'modal' | 'fake';
  /** Jobs at once where the user gave no limit. */
  readonly concurrency: number;
  /**
   * Jobs wait in a queue of the place's own, which keeps the user's limit of jobs at once: all that `concurrency` allows
   * are handed over. Default false.
   */
  readonly keepsQueue?: boolean;
  /** The place ends jobs at their running time's limit itself, start by start: nobody else does. Default false. */
  readonly keepsTimeLimit?: boolean;
  /** What is usual here, where it differs from `DEFAULT_LIMITS`; the user's own limits win. */
  readonly limits: Partial<ClockLimits>;

  /** Seconds at most: would these jobs be accepted? Refusals stop the sweep before anything starts. */
  preflight(request: PreflightRequest, signal: AbortSignal): Promise<Preflight>;
  /** What there is to choose from: partitions, accounts, GPU types, prices, limits. */
  discover(signal: AbortSignal): Promise<Discovery>;
  /** Starts attempts. Never twice for one (job, attempt): an ambiguous failure is looked up first. */
  submit(attempts: readonly Attempt[], signal: AbortSignal): Promise<readonly Submission[]>;
  /** What is known of these attempts now; one observation a handle, in order. */
  observe(handles: readonly JobHandle[], signal: AbortSignal): Promise<readonly Observation[]>;
  /** Resolves when observing may tell something new; absent where only asking tells. */
  wake?(signal: AbortSignal): Promise<void>;
  /** Asks, waits, then kills. Returns when all have ended or cannot be made to. */
  cancel(handles: readonly JobHandle[], signal: AbortSignal): Promise<readonly Observation[]>;
  /** Finished runs that lie with the backend; null where runs are here already. */
  readonly storage: Storage | null;
  health(signal: AbortSignal): Promise<Health>;
  /** Ends connections; absent where there are none. */
  close?(): Promise<void>;
  /** What an ended attempt used, for cost; null where it is not known. */
  usage(handles: readonly JobHandle[], signal: AbortSignal): Promise<readonly (Usage | null)[]>;
}

/** Enough to find an attempt again after a restart. `data` is the backend's own. */
export interface JobHandle {
  readonly jobId: string;
  readonly attempt: number;
  readonly owner: string;
  /** The backend's own name for it, as a person would look it up: pid, 4711_3, sb-… */
  readonly id: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

export interface Attempt {
  readonly job: JobSpec;
  readonly attempt: number;
  readonly owner: string;
  readonly resources: Resources;
  /** The folder of this attempt, absolute; `payload.json` lies in it. */
  readonly dir: string;
}

export type Submission =
  | { readonly kind: 'submitted'; readonly handle: JobHandle }
  /** Certainly not started, as the place has no room now: the same attempt is to be handed over again, however often. */
  | { readonly kind: 'full'; readonly jobId: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly jobId: string; readonly failure: Failure };

export type Observation =
  | { readonly kind: 'waiting'; readonly reason: string }
  | {
      readonly kind: 'starting';
      readonly on: string;
      /** When it started, milliseconds since 1970. Default: when it is first seen so. */
      readonly since?: number;
      /** What it costs there, US dollars an hour. Default: nobody tells. */
      readonly perHour?: number;
    }
  | {
      readonly kind: 'running';
      /** The machine, with the GPU that it got there where that is known: `box, NVIDIA A100-SXM4-80GB`, `g1 GPU 1`. */
      readonly on: string;
      readonly since?: number;
      readonly perHour?: number;
      /** Null until the worker's first word. */
      readonly progress: Progress | null;
    }
  | { readonly kind: 'collecting' }
  | { readonly kind: 'ended'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Ended because `cancel` asked, or somebody else did. */
  | {
      readonly kind: 'cancelled';
      /** The end of its log. Default: none. */
      readonly traceback?: string;
    }
  /** Cannot be told now; ask again. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface PreflightRequest {
  readonly jobs: readonly JobSpec[];
  readonly resources: Resources;
}

export type Preflight =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly failure: Failure; readonly hint: string };

export interface Discovery {
  readonly partitions: readonly {
    readonly name: string;
    readonly state: string;
    readonly idleCpus: number;
    readonly gpus: readonly {
      readonly type: string;
      readonly free: number;
      readonly total: number;
    }[];
    readonly limitMin: number | null;
    readonly queued: number;
    readonly note: string;
    /** Of `accounts` those that it takes. Default: all. */
    readonly accounts?: readonly string[];
  }[];
  /** What jobs can be counted on; empty where there is nothing to choose, or nobody tells. */
  readonly accounts: readonly string[];
  readonly gpuTypes: readonly { readonly name: string; readonly perHour: number | null }[];
  /** US dollars an hour of a core and of a GiB, beside a GPU's. Default: nobody asks for them, or tells. */
  readonly perHour?: { readonly core: number; readonly memoryGb: number };
  readonly cores: number | null;
  readonly memoryGb: number | null;
  readonly maxJobs: number | null;
  readonly budgetLeft: number | null;
}

/** Trouble with one run is a value, trouble with the storage itself an exception. */
export interface Storage {
  list(signal: AbortSignal): Promise<readonly StoredRun[]>;
  /**
   * Brings runs into `targetDir/<run_id>/`, each verified by its manifest before it gets its name, resumable.
   *
   * @param onProgress - told as bytes arrive; `bytes` of `total`
   * @returns for each run null, or why it is not there
   */
  pull(
    runIds: readonly string[],
    targetDir: string,
    signal: AbortSignal,
    onProgress?: (runId: string, bytes: number, total: number) => void,
  ): Promise<readonly (Failure | null)[]>;
  /** Removes runs; one that is not there counts as removed. */
  remove(runIds: readonly string[], signal: AbortSignal): Promise<readonly (Failure | null)[]>;
}

export interface StoredRun {
  readonly runId: string;
  readonly bytes: number;
  readonly modified: string;
}

export interface Health {
  readonly state: 'well' | 'slow' | 'down';
  readonly text: string;
  /** US dollars that can still be spent. Default: nobody counts them. */
  readonly budgetLeft?: number;
}

export interface Usage {
  readonly seconds: number;
  readonly cpuHours: number | null;
  readonly gpuHours: number | null;
  /** US dollars. */
  readonly cost: number | null;
}
