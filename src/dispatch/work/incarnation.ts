/**
 * How often a place has started an attempt again before, from what it says in `LLC_INCARNATION`: 0 where it says
 * nothing; null where that is no number from 0 on.
 */
export function incarnationOf(said: string | undefined): number | null {
  if (said === undefined || said === '') return 0;
  return /^\d{1,9}$/.test(said) ? Number(said) : null;
}
