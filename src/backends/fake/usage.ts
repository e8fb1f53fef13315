import type { JobHandle, Usage } from '../../dispatch/backend.ts';
import { ask } from './ask.ts';
import { endsAt, type TakenAttempt } from './attempt-course.ts';
import type { FakePlace } from './fake-place.ts';
import { faultThat } from './faults.ts';
import { pricePerHour, type Site } from './site.ts';

const HOUR_S = 3600;

/** Time from an attempt's start to its end, and what that costs; null for one that has not ended. */
export async function usageFake(
  place: FakePlace,
  handles: readonly JobHandle[],
  signal: AbortSignal,
): Promise<readonly (Usage | null)[]> {
  const names = handles.map(({ jobId }) => jobId);
  return ask(place, 'usage', names, signal, (met) =>
    handles.map((handle) => {
      const attempt = place.attempts.find(handle);
      if (attempt === null || faultThat(met, 'not know', handle.jobId) !== null) return null;
      const end = endsAt(attempt);
      return end <= place.clock.now() ? usedUntil(place.site, attempt, end) : null;
    }),
  );
}

/** US dollars that are not spent yet, running attempts counted until now; null without a budget. */
export function budgetLeft({ site, attempts, clock }: FakePlace): number | null {
  if (site.budget === undefined || site.budget === null) return null;
  const now = clock.now();
  const spent = attempts
    .all()
    .map((attempt) => usedUntil(site, attempt, Math.min(now, endsAt(attempt))).cost ?? 0);
  return site.budget - spent.reduce((sum, cost) => sum + cost, 0);
}

function usedUntil(site: Site, attempt: TakenAttempt, until: number): Usage {
  const { startedAt, placement, resources } = attempt;
  const seconds = startedAt === null ? 0 : Math.max(0, until - startedAt) / 1000;
  const hours = seconds / HOUR_S;
  const price = pricePerHour(site, placement.gpu, resources.cpus);
  return {
    seconds,
    cpuHours: hours * resources.cpus,
    gpuHours: placement.gpu === null ? null : hours,
    cost: price === null ? null : hours * price,
  };
}
