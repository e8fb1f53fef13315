import type { sweepLayout } from '../artifacts/layout.ts';
import type { JobState } from '../job/words.ts';
import type { SweepOutcome } from '../journal/events.ts';
import { countsByState } from '../journal/selectors.ts';
import type { SweepState } from '../journal/sweep-state.ts';

/** How a sweep stands, for whoever prints its end. */
export interface SweepSummary {
  readonly sweepId: string;
  /** `stopped`: it has not ended; jobs go on. */
  readonly outcome: SweepOutcome | 'stopped';
  readonly counts: Readonly<Record<JobState, number>>;
  /** Why nothing was started, and what to do; null if all was well. */
  readonly refusal: SweepState['refusal'];
  /** Why it was paused. */
  readonly paused: SweepState['paused'];
  readonly resultsCsv: string;
  readonly errorsCsv: string;
  readonly durationS: number;
  readonly sweep: SweepState;
}

export function summaryOf(
  sweep: SweepState,
  files: ReturnType<typeof sweepLayout>,
  durationS: number,
): SweepSummary {
  return {
    sweepId: sweep.sweepId,
    outcome: sweep.ended ?? 'stopped',
    counts: countsByState(sweep),
    refusal: sweep.refusal,
    paused: sweep.paused,
    resultsCsv: files.results,
    errorsCsv: files.errors,
    durationS,
    sweep,
  };
}
