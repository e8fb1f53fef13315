import type { Clock } from '../../dispatch/scheduler/clock.ts';

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  /** Moves time on and wakes whoever slept until then. */
  advance(seconds: number): void;
}

/** @param startsAt - milliseconds since 1970 */
export function handClock(startsAt = Date.UTC(2026, 0, 1)): HandClock {
  let now = startsAt;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep(ms, signal) {
      if (ms <= 0 || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake);
      });
    },
    advance(seconds) {
      now += 1000 * seconds;
      for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
    },
  };
}
