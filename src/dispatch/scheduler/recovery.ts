import { TERMINAL_STATES } from '../job/words.ts';
import { isLive, type Recovered, type SweepEvent } from '../journal/events.ts';
import { liveJobs } from '../journal/selectors.ts';
import type { JobRecord, SweepState } from '../journal/sweep-state.ts';
import type { Stimulus } from './stimulus.ts';

/** What is still to be learnt of the attempts that lived when the dispatcher before died. Changed in place. */
export interface Recovery {
  /** Attempts of which nothing is known yet, by job. */
  readonly pending: Map<string, { readonly attempt: number; readonly wasHandedOver: boolean }>;
  readonly counts: { -readonly [K in keyof Recovered]: Recovered[K] };
}

export function recoveryOf(sweep: SweepState): Recovery {
  return {
    pending: new Map(
      liveJobs(sweep).map(({ jobId, attempt, handle }) => [
        jobId,
        { attempt, wasHandedOver: handle !== null },
      ]),
    ),
    counts: { adopted: 0, finished: 0, requeued: 0, failed: 0 },
  };
}

/** Takes news into the recovery; returns what it came to once all is known, at most once. */
export function noteRecovery(
  { pending, counts }: Recovery,
  sweep: SweepState,
  stimulus: Stimulus,
  events: readonly SweepEvent[],
): Recovered | null {
  if (pending.size === 0) return null;
  const told = new Set(events.flatMap((event) => ('jobId' in event ? event.jobId : [])));
  const sighted = sightedJobs(stimulus);
  for (const [jobId, { attempt, wasHandedOver }] of pending) {
    if (!told.has(jobId) && !sighted.has(jobId)) continue;
    const job = sweep.jobs.get(jobId) as JobRecord;
    const became = whatBecame(job, attempt, wasHandedOver);
    if (became === null) continue;
    counts[became] += 1;
    pending.delete(jobId);
  }
  return pending.size === 0 ? { ...counts } : null;
}

function whatBecame(
  job: JobRecord,
  attempt: number,
  wasHandedOver: boolean,
): keyof Recovered | null {
  if (job.state === 'ok' || job.state === 'cached') return 'finished';
  if (TERMINAL_STATES.has(job.state)) return 'failed';
  if (job.attempt !== attempt || !isLive(job.state)) return 'requeued';
  if (job.handle === null) return null;
  return wasHandedOver ? 'adopted' : 'requeued';
}

/** Jobs that the backend could say something of. */
function sightedJobs(stimulus: Stimulus): ReadonlySet<string> {
  if (stimulus.kind !== 'observed') return new Set();
  return new Set(
    stimulus.sightings.flatMap(({ handle, observation }) =>
      observation.kind === 'unknown' ? [] : handle.jobId,
    ),
  );
}
