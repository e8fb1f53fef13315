import type {
  Attempt,
  Backend,
  JobHandle,
  PreflightRequest,
} from '../../../src/dispatch/backend.ts';

/**
 * What an attempt of the suite does. `fails` ends without a result; `finishes when asked` runs until it is
 * asked to end and then brings its result in time; `is refused` cannot be started.
 */
export type Deed = 'ends ok' | 'hangs' | 'fails' | 'finishes when asked' | 'is refused';

/** One backend made ready for the suite, with a place of its own. */
export interface ContractHarness {
  readonly backend: Backend;
  /** A client of the same place that knows nothing of what the first one has done. */
  laterDispatcher(): Backend;
  /** An attempt as the run loop hands it over, its payload written. The same arguments name the same attempt. */
  attempt(deed: Deed, attempt?: number): Attempt;
  readonly accepted: PreflightRequest;
  readonly refused: PreflightRequest;
  /** Called between looks: lets a little time pass where time is not the system's. */
  pass(): Promise<void>;
  /** How often this attempt, which hangs, has been started. */
  timesStarted(attempt: Attempt): Promise<number>;
  /** Puts a finished run into the backend's storage; absent where it has none. */
  storeRun?(runId: string): Promise<void>;
  /** Ends what the suite has started. */
  cleanUp(handles: readonly JobHandle[]): Promise<void>;
}

/** What a backend has of what it may lack. */
export interface Abilities {
  readonly wake: boolean;
  readonly storage: boolean;
}

export const NEVER = new AbortController().signal;
