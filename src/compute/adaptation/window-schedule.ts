/**
 * The windows of a warm-up of `length` transitions: a fast start and a fast end in which only the step
 * size adapts, and slow windows between them, each twice the last, at whose ends the metric is renewed
 * (Stan reference manual, "HMC algorithm parameters", automatic parameter tuning). Short warm-ups end with a quarter of
 * their transitions where Stan has a tenth: some ten updates leave the step size to chance.
 */
export interface WindowSchedule {
  /** First transition of the slow windows; `length` where there are none. */
  readonly slowStart: number;
  /** First transition after the slow windows; `length` where there are none. */
  readonly slowEnd: number;
  /** The last transition of each slow window, counted from 0, rising. */
  readonly ends: readonly number[];
}

const SHORTEST_WITH_WINDOWS = 20;
const FAST_START = 75;
const FAST_END = 50;
const FIRST_WINDOW = 25;

export function windowSchedule(length: number): WindowSchedule {
  if (length < SHORTEST_WITH_WINDOWS) return { slowStart: length, slowEnd: length, ends: [] };
  const fits = FAST_START + FIRST_WINDOW + FAST_END <= length;
  const slowStart = fits ? FAST_START : Math.floor(0.15 * length);
  const slowEnd = length - (fits ? FAST_END : Math.floor(0.25 * length));
  const ends: number[] = [];
  let start = slowStart;
  let size = fits ? FIRST_WINDOW : slowEnd - slowStart;
  while (start < slowEnd) {
    // A window after which the next, doubled one would not fit takes all that is left.
    if (3 * size > slowEnd - start) size = slowEnd - start;
    start += size;
    ends.push(start - 1);
    size *= 2;
  }
  return { slowStart, slowEnd, ends };
}
