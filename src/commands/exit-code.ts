import type { SweepSummary } from '../dispatch/scheduler/sweep-summary.ts';

/** 0 all well, 1 some job failed, 69 refused, 75 paused, 130 not ended. */
export function exitCodeOf({ outcome, counts }: SweepSummary): number {
  if (outcome === 'stopped') return 130;
  if (outcome === 'refused') return 69;
  if (outcome === 'paused') return 75;
  return counts.error + counts.cancelled > 0 ? 1 : 0;
}
