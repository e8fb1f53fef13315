const INTERVAL_S = 4;
const MISSES = 2;

/**
 * How often a host is asked for a sign of life, for ssh2: the link is given up at the third that stays out, so a frozen
 * one is noticed in 12 s.
 *
 * @param configuredS - `ServerAliveInterval`, seconds, 0 for none; a shorter one is obeyed
 */
export function signsOfLife(configuredS: number): {
  /** Milliseconds. */
  readonly keepaliveInterval: number;
  readonly keepaliveCountMax: number;
} {
  const seconds = configuredS > 0 ? Math.min(configuredS, INTERVAL_S) : INTERVAL_S;
  return { keepaliveInterval: seconds * 1000, keepaliveCountMax: MISSES };
}
