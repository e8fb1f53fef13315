import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../../dispatch/scheduler/clock.ts';

/**
 * A clock that goes faster than the system's: hours of a sweep in the seconds of a demonstration.
 *
 * @param speed - its seconds in one of ours
 */
export function fastClock(speed: number): Clock {
  const began = Date.now();
  const offset = performance.now();
  return {
    now: () => Math.round(began + speed * (performance.now() - offset)),
    sleep: (ms, signal) => timer(ms / speed, undefined, { signal }).catch(() => {}),
  };
}
