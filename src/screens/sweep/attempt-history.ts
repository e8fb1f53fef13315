import type { Failure } from '../../dispatch/job/words.ts';
import type { SweepEvent } from '../../dispatch/journal/events.ts';

/** One try of a job, as the journal tells it. */
export interface AttemptSeen {
  readonly attempt: number;
  /** How it stands or ended. */
  readonly state: 'open' | 'ok' | 'cached' | 'error' | 'cancelled';
  /** Milliseconds since 1970; null where it has not happened. */
  readonly openedAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** On which machine it was; empty where it never started. */
  readonly on: string;
  /** The backend's own name of it: pid, 4711_3. */
  readonly handle: string;
  readonly failure: Failure | null;
}

/** All tries of all jobs, oldest first. */
export type AttemptHistory = ReadonlyMap<string, readonly AttemptSeen[]>;

/** Adds what an event tells; the journal's `reduce` keeps only the newest attempt of a job. */
export function addToHistory(
  _history: Map<string, readonly AttemptSeen[]>,
  _event: SweepEvent,
): void {
  throw new Error('not written yet');
}
