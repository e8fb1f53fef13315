import type { JobRecord, SweepState } from '../../dispatch/journal/sweep-state.ts';

/** What to do about a job that failed, is doubtful or is held up. */
export interface NextStep {
  /** Why, in a few words: `OOM twice: used 16.0 of 16 GB.` */
  readonly why: string;
  /** What to do, in a sentence: `Press . to retry with 32 GB`. Empty where nothing is to be done. */
  readonly advice: string;
  /** What `.` puts on the command line, without the colon: `retry mem-gb=32`; null where there is none. */
  readonly command: string | null;
}

/** Null where nothing is the matter. */
export function nextStep(_job: JobRecord, _sweep: SweepState): NextStep | null {
  throw new Error('not written yet');
}
