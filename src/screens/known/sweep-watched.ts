import type { SweepState } from '../../dispatch/journal/sweep-state.ts';
import type { SweepFile } from '../../dispatch/plan/sweep-file.ts';
import type { LiveSnapshot } from '../../dispatch/scheduler/live-snapshot.ts';
import type { AttemptHistory } from '../sweep/attempt-history.ts';
import type { Families } from '../sweep/families.ts';

/**
 * The sweep on the screen: folds over its journal and its `live.json`. A new object is made whenever anything in it
 * has changed, though `sweep` itself is changed in place by its one owner.
 */
export interface SweepWatched {
  readonly sweepId: string;
  /** Its folder, absolute, for paths to show and copy. */
  readonly dir: string;
  readonly sweep: SweepState;
  readonly live: LiveSnapshot | null;
  /** Of `live`, by job; progress of what runs. */
  readonly liveJobs: ReadonlyMap<string, LiveSnapshot['jobs'][number]>;
  readonly families: Families;
  readonly history: AttemptHistory;
  /** Null until it has been read. */
  readonly plan: SweepFile | null;
  readonly rate: Rate;
  readonly supervisor: SupervisorSeen;
}

/** How fast it goes. Null where too little has happened to tell. */
export interface Rate {
  /** Jobs an hour. */
  readonly perHour: number | null;
  /** When all is done, milliseconds since 1970. */
  readonly doneAt: number | null;
  /** US dollars over all attempts so far. */
  readonly cost: number | null;
  readonly gpuHours: number | null;
}

/** The process that runs the sweep, as its lock tells. */
export interface SupervisorSeen {
  readonly standing: 'unknown' | 'living' | 'elsewhere' | 'silent' | 'dead' | 'none' | 'starting';
  /** Empty where nobody holds the lock. */
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly heardAt: number | null;
}
