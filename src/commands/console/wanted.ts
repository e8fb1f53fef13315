import {
  type ConsoleState,
  contextOf,
  placeOf,
  settledPlace,
} from '../../screens/console/console-state.ts';
import { SCREENS } from '../../screens/console/screens.ts';

/** What the rim must look at for what the screen shows: a function of the console's state. */
export interface Wanted {
  readonly sweeps: boolean;
  readonly sweepId: string | null;
  /** `aside`: looked at in passing, so seldom. */
  readonly job: {
    readonly jobId: string;
    readonly attempt: number;
    readonly aside: boolean;
  } | null;
  readonly stored: boolean;
}

export function wantedOf(state: ConsoleState): Wanted {
  const { screen } = placeOf(state);
  const inside = state.places.findLast((one) => 'sweepId' in one) as
    | { sweepId?: string | null }
    | undefined;
  return {
    sweeps: screen === 'home',
    sweepId: screen === 'home' ? null : (inside?.sweepId ?? null),
    job: wantedJob(state),
    stored: screen === 'artifacts',
  };
}

function wantedJob(state: ConsoleState): Wanted['job'] {
  const { sweep } = state.known;
  if (sweep.kind !== 'here') return null;
  const context = contextOf(state);
  const place = settledPlace(SCREENS, state, context);
  const shown = SCREENS[place.screen].screen.jobShown?.(place, context) ?? null;
  const job = shown === null ? undefined : sweep.value.sweep.jobs.get(shown.jobId);
  if (shown === null || job === undefined) return null;
  return { jobId: job.jobId, attempt: job.attempt, aside: shown.aside };
}
