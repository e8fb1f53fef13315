import { setTimeout as timer } from 'node:timers/promises';

/** Time as the run loop knows it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal says so. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Begins at the system's time and then counts evenly, so that no change of the system's time looks like an hour's silence. */
export function steadyClock(): Clock {
  const offset = Date.now() - performance.now();
  return {
    now: () => Math.round(offset + performance.now()),
    sleep: (ms, signal) => timer(ms, undefined, { signal }).catch(() => {}),
  };
}
