import type { JobState } from '../../dispatch/job/words.ts';

/** A sweep of this directory, in the words of the list. */
export interface SweepOnHome {
  readonly sweepId: string;
  /**
   * `running`: a supervisor works on it. `died`: it has not ended and its supervisor was killed. `stopped`: it has not
   * ended and nobody works on it. `unreadable`: its journal cannot be read.
   */
  readonly standing:
    | 'running'
    | 'died'
    | 'silent'
    | 'stopped'
    | 'paused'
    | 'ended'
    | 'refused'
    | 'unreadable';
  readonly counts: Readonly<Record<JobState, number>>;
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly plannedAt: number | null;
  readonly endedAt: number | null;
  /** When all is done at the present rate; null where nobody can tell. */
  readonly doneAt: number | null;
  /** US dollars over all attempts; null where nothing is known. */
  readonly cost: number | null;
  readonly gpuHours: number | null;
  readonly backend: string;
  /** Who holds it, `login1 (pid 4121)`; null where nobody does. */
  readonly holder: string | null;
  /** When the holder was last heard, milliseconds since 1970. */
  readonly heardAt: number | null;
  /** One sentence more: why it was refused, why it cannot be read. Empty: none. */
  readonly note: string;
}
