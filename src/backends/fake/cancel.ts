import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { ask } from './ask.ts';
import type { FakePlace } from './fake-place.ts';
import { told } from './observe.ts';

/** Ends attempts, each as its script says that it listens, and tells what is known of them then. */
export async function cancelFake(
  place: FakePlace,
  handles: readonly JobHandle[],
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const { attempts, clock } = place;
  const names = handles.map(({ jobId }) => jobId);
  return ask(place, 'cancel', names, signal, (met) => {
    for (const handle of handles) {
      const attempt = attempts.find(handle);
      if (attempt === null) continue;
      const { whenCancelled = 'ends', end = { kind: 'ok' } } = attempt.script;
      if (whenCancelled === 'cannot be ended') continue;
      attempts.cutShort(attempt, whenCancelled === 'ends' ? { kind: 'cancelled' } : end);
    }
    return handles.map((handle) => told(place, handle, met, clock.now()));
  });
}
