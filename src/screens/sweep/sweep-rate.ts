import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import type { SweepState } from '../../dispatch/journal/sweep-state.ts';
import type { Rate } from '../known/sweep-watched.ts';

/** Ends that the rate is made of: enough to be steady, few enough to follow a change. */
const RECENT_ENDS = 30;
/** With fewer the rate would be a guess. */
const FEWEST_ENDS = 3;
const HOUR_MS = 3_600_000;

/**
 * How fast a sweep goes, what it has cost and when it will be done at this pace.
 *
 * @param now - milliseconds since 1970
 */
export function rateOf(sweep: SweepState, now: number): Rate {
  let cost: number | null = null;
  let busyMs = 0;
  let left = 0;
  const ends: number[] = [];
  for (const job of sweep.jobs.values()) {
    if (job.cost !== null) cost = (cost ?? 0) + job.cost;
    if (isLive(job.state)) busyMs += job.startedAt === null ? 0 : Math.max(0, now - job.startedAt);
    else busyMs += 1000 * (job.durationS ?? 0);
    if (!TERMINAL_STATES.has(job.state)) left += 1;
    if (job.endedAt !== null && (job.state === 'ok' || job.state === 'error'))
      ends.push(job.endedAt);
  }
  const perHour = sweep.ended === null && left > 0 ? recentRate(ends, sweep.plannedAt, now) : null;
  return {
    perHour,
    doneAt: perHour === null ? null : now + (left / perHour) * HOUR_MS,
    cost,
    gpuHours: sweep.gpuMode === 'off' ? null : busyMs / HOUR_MS,
  };
}

function recentRate(ends: number[], plannedAt: number | null, now: number): number | null {
  if (ends.length < FEWEST_ENDS) return null;
  ends.sort((a, b) => a - b);
  const isLong = ends.length > RECENT_ENDS;
  const recent = isLong ? ends.slice(-RECENT_ENDS) : ends;
  const from = isLong ? (ends.at(-RECENT_ENDS - 1) as number) : (plannedAt ?? (ends[0] as number));
  return now > from ? (recent.length / (now - from)) * HOUR_MS : null;
}
