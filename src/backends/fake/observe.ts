import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { ask } from './ask.ts';
import type { TakenAttempt } from './attempt-course.ts';
import type { FakePlace } from './fake-place.ts';
import { type Fault, faultThat } from './faults.ts';
import { observationAt } from './observation-at.ts';
import { pricePerHour, type Site } from './site.ts';

export async function observeFake(
  place: FakePlace,
  handles: readonly JobHandle[],
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const names = handles.map(({ jobId }) => jobId);
  return ask(place, 'observe', names, signal, (met) =>
    handles.map((handle) => {
      const age = faultThat(met, 'tell old news', handle.jobId)?.ageS ?? 0;
      return told(place, handle, met, place.clock.now() - 1000 * age);
    }),
  );
}

/** What the place tells of a handle, if it can, at a time in milliseconds since 1970. */
export function told(
  place: FakePlace,
  handle: JobHandle,
  met: readonly Fault[],
  at: number,
): Observation {
  const silence = faultThat(met, 'not know', handle.jobId);
  if (silence !== null)
    return { kind: 'unknown', reason: silence.reason ?? 'The fake place cannot tell.' };
  const attempt = place.attempts.find(handle);
  if (attempt !== null) return priced(observationAt(attempt, at), attempt, place.site);
  return {
    kind: 'failed',
    failure: {
      stage: 'start',
      errorType: 'lost',
      error: `The fake place knows no attempt ${handle.attempt} of ${handle.jobId} with this owner.`,
      traceback: '',
    },
  };
}

/** With what it costs an hour, where the place has prices. */
function priced(
  seen: Observation,
  { placement, resources }: TakenAttempt,
  site: Site,
): Observation {
  const perHour = pricePerHour(site, placement.gpu, resources.cpus);
  const hasMachine = seen.kind === 'starting' || seen.kind === 'running';
  return perHour !== null && hasMachine ? { ...seen, perHour } : seen;
}
