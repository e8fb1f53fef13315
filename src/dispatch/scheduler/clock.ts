/** Time as the run loop knows it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal says so. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Begins at the system's time and then counts evenly, so that no change of the system's time looks like an hour's
 * silence.
 *
 * @param earliest - where the system's time is before that (set back since), it begins there: what was due then is
 *   due. Milliseconds since 1970. Default 0.
 */
export function steadyClock(earliest = 0): Clock {
  const offset = Math.max(Date.now(), earliest) - performance.now();
  return {
    now: () => Math.round(offset + performance.now()),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
      }),
  };
}
