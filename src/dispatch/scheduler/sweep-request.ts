import type { Backend } from '../backend.ts';
import type { ClockLimits } from '../job/clock-limits.ts';
import type { JobSpec, Resources } from '../job/job-spec.ts';
import type { SweepEvent } from '../journal/events.ts';
import type { JobRecord, SweepState } from '../journal/sweep-state.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import type { Clock } from './clock.ts';
import type { LiveSnapshot } from './live-snapshot.ts';
import type { RetryPolicy } from './policy.ts';

/** All that running a sweep needs. Paths may be relative to the working directory. */
export interface SweepRequest {
  readonly sweepId: string;
  /** In the plan's order. A sweep that is gone on with has the same jobs. */
  readonly jobs: readonly JobSpec[];
  readonly backend: Backend;
  readonly resources: Resources;
  /** What differs from `DEFAULT_RETRIES`. */
  readonly retries?: Partial<RetryPolicy>;
  /** What differs from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ClockLimits>;
  /** Jobs at once. Default: the backend's own limit, which also bounds this one. */
  readonly maxConcurrent?: number;
  readonly sweepsDir: string;
  readonly runsDir: string;
  /** Where trained weights are shared, `.llc`. */
  readonly storeDir: string;
  /** Gets `llc_sweep_results.csv` and `llc_sweep_errors.csv`; null leaves them alone. */
  readonly tableCopiesDir: string | null;
  /** Whether those copies are this sweep's and not a newer one's. Default: they are. */
  readonly ownsTableCopies?: () => Promise<boolean>;
  readonly schemaHash: string;
  readonly codeVersion: string;
  readonly noSkip: boolean;
  readonly noArtifacts: boolean;
  /** Looks up a finished run, so that a cached job needs no attempt. Default: only the worker looks. */
  readonly findRun?: (
    job: JobSpec,
  ) => Promise<{ readonly metrics: Readonly<Record<string, unknown>> } | null>;
  /** Where people's orders come in. Default: none come. */
  readonly orders?: OrderDesk;
  /** Asked before anything is written or handed over; throws where the sweep is no longer this process's. */
  readonly guard?: () => Promise<void>;
  /** Names the epoch to write in, told the journal's newest. Default: the one after it. */
  readonly epoch?: (newest: number) => Promise<number>;
  readonly onEvent?: (event: SweepEvent, job: JobRecord | null, sweep: SweepState) => void;
  /** Called at most once a second while jobs run. */
  readonly onLive?: (snapshot: LiveSnapshot, sweep: SweepState) => void;
  /** Trouble that stops nothing: a table that could not be written, a backend that does not answer. */
  readonly onNotice?: (text: string) => void;
  /** Milliseconds between looks at running jobs. Default 1000. */
  readonly observeEveryMs?: number;
  /** Milliseconds between writes of the tables and of `live.json`. Default 1000. */
  readonly writeEveryMs?: number;
  /** Default: the system's time, no earlier than the journal's newest event, and steady from then on. */
  readonly clock?: Clock;
}
