/** A sequence of unknown length in a bounded number of its points, evenly spread, the first and the newest among them. */
export interface ThinnedPoints<T> {
  /** Of all points offered so far every so many-th is kept. Doubles when `kept` is full. */
  readonly stride: number;
  /** How many have been offered. */
  readonly offered: number;
  readonly kept: readonly T[];
  /** The newest, kept or not; undefined before the first. */
  readonly newest: T | undefined;
}

/** The most points that are shown: more than a wide terminal's dots tell apart would only grow the file. */
export const MOST_POINTS = 240;

export const NO_POINTS: ThinnedPoints<never> = {
  stride: 1,
  offered: 0,
  kept: [],
  newest: undefined,
};

/** Takes the next point. */
export function offer<T>(points: ThinnedPoints<T>, point: T): ThinnedPoints<T> {
  const { stride, offered, kept } = points;
  const next = { offered: offered + 1, newest: point };
  if (offered % stride !== 0) return { ...next, stride, kept };
  const more = [...kept, point];
  // One place is the newest's.
  if (more.length < MOST_POINTS) return { ...next, stride, kept: more };
  return { ...next, stride: 2 * stride, kept: more.filter((_, i) => i % 2 === 0) };
}

/** All that is shown, oldest first; at most `MOST_POINTS`. */
export function shownPoints<T>({ kept, newest }: ThinnedPoints<T>): readonly T[] {
  return newest === undefined || kept.at(-1) === newest ? kept : [...kept, newest];
}
