import { type ConsoleState, placeOf } from '../../screens/console/console-state.ts';

/** What the rim must look at for what the screen shows: a function of the console's state. */
export interface Wanted {
  readonly sweeps: boolean;
  readonly sweepId: string | null;
  readonly job: { readonly jobId: string; readonly attempt: number } | null;
  readonly stored: boolean;
}

export function wantedOf(state: ConsoleState): Wanted {
  const place = placeOf(state) as { screen: string; sweepId?: string | null; jobId?: string };
  const inside = state.places.findLast((one) => 'sweepId' in one) as
    | { sweepId?: string | null }
    | undefined;
  const { sweep } = state.known;
  const sweepId = place.screen === 'home' ? null : (inside?.sweepId ?? null);
  const jobId = place.screen === 'detail' ? (place.jobId ?? null) : null;
  const job =
    jobId === null || sweep.kind !== 'here' ? null : (sweep.value.sweep.jobs.get(jobId) ?? null);
  return {
    sweeps: place.screen === 'home',
    sweepId,
    job: job === null ? null : { jobId: job.jobId, attempt: job.attempt },
    stored: place.screen === 'artifacts',
  };
}
