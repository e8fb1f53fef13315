import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { secondsBetween } from '../dispatch/journal/reduce.ts';
import { countsByState } from '../dispatch/journal/selectors.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import type { SweepSummary } from '../dispatch/scheduler/sweep-request.ts';

/** How a sweep stands, from its journal alone. */
export function summaryOf(sweepsDir: string, sweep: SweepState): SweepSummary {
  const files = sweepLayout(sweepsDir, sweep.sweepId);
  return {
    sweepId: sweep.sweepId,
    outcome: sweep.ended ?? 'stopped',
    counts: countsByState(sweep),
    refusal: sweep.refusal,
    paused: sweep.paused,
    resultsCsv: files.results,
    errorsCsv: files.errors,
    durationS: secondsBetween(sweep.plannedAt ?? 0, sweep.endedAt ?? sweep.plannedAt ?? 0),
    sweep,
  };
}

/** 0 all well, 1 some job failed, 69 refused, 75 paused, 130 not ended. */
export function exitCodeOf({ outcome, counts }: SweepSummary): number {
  if (outcome === 'stopped') return 130;
  if (outcome === 'refused') return 69;
  if (outcome === 'paused') return 75;
  return counts.error + counts.cancelled > 0 ? 1 : 0;
}
