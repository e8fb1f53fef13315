import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MOST_POINTS,
  NO_POINTS,
  offer,
  shownPoints,
  type ThinnedPoints,
} from '../../../src/dispatch/work/thinned-points.ts';

function thinned(count: number): ThinnedPoints<{ n: number }> {
  let points: ThinnedPoints<{ n: number }> = NO_POINTS;
  for (let n = 0; n < count; n++) points = offer(points, { n });
  return points;
}

test('however many are offered, the kept ones are bounded, in order, with the first and the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (count) => {
      const numbers = shownPoints(thinned(count)).map(({ n }) => n);
      expect(numbers.length).toBeLessThanOrEqual(MOST_POINTS);
      expect(numbers[0]).toBe(0);
      expect(numbers.at(-1)).toBe(count - 1);
      const gaps = numbers.slice(1).map((n, i) => n - (numbers[i] as number));
      expect(gaps.every((gap) => gap > 0)).toBe(true);
      // Evenly spread, but for the newest.
      expect(new Set(gaps.slice(0, -1)).size).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});

test('nothing is thrown away before it must be', () => {
  expect(shownPoints(thinned(MOST_POINTS - 1))).toHaveLength(MOST_POINTS - 1);
  expect(shownPoints(thinned(MOST_POINTS + 1)).length).toBeGreaterThanOrEqual(MOST_POINTS / 2);
  expect(shownPoints(NO_POINTS)).toEqual([]);
});
