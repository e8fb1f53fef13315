import type { FakePlace } from './fake-place.ts';
import { orAborted } from './or-aborted.ts';

/** The longest that a system's timer can sleep. */
const LONGEST_MS = 2 ** 31 - 1;

/** Waits for what this client has not been woken for: an act of somebody, or a turn that time brings. */
export function wakeFake(place: FakePlace): (signal: AbortSignal) => Promise<void> {
  const { clock } = place;
  let seen = place.version();
  let lookedAt = clock.now();
  return async (signal) => {
    while (!signal.aborted) {
      const wait = place.nextTurn(lookedAt) - clock.now();
      if (place.version() !== seen || wait <= 0) break;
      const rest = new AbortController();
      const turn = clock.sleep(Math.min(wait, LONGEST_MS), rest.signal);
      await orAborted(Promise.race([place.changed(), turn]), signal);
      rest.abort();
    }
    seen = place.version();
    lookedAt = clock.now();
  };
}
