import { type ClockLimits, DEFAULT_LIMITS } from '../../dispatch/job/clock-limits.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';

/** The clocks that the sweep's supervisor goes by; what is usual before it has told. */
export function limitsOf({ live }: SweepWatched): ClockLimits {
  return live?.limits ?? DEFAULT_LIMITS;
}
