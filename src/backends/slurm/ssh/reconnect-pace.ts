const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** Hosts bar an address after some failed logins within ten minutes, five by fail2ban's default. */
const PERSON_MS = 180_000;

/**
 * How long to wait after a failed connection before the next, milliseconds: doubled with each failure, and of random
 * length, lest many come back at once.
 *
 * @param failures - in a row, from 1
 * @param needsPerson - waiting alone does not help
 * @param random - in [0, 1)
 */
export function reconnectDelayMs(failures: number, needsPerson: boolean, random: number): number {
  const longest = needsPerson
    ? PERSON_MS
    : Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return longest * (0.75 + random / 4);
}
