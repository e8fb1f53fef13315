import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowSchedule } from '../../../src/compute/adaptation/window-schedule.ts';

test.each([
  [1000, [99, 149, 249, 449, 949]],
  [200, [99, 149]],
  [150, [99]],
  [100, [74]],
  [20, [14]],
  [19, []],
  [0, []],
])('a warm-up of %i renews the metric at %j', (length, ends) => {
  expect(windowSchedule(length).ends).toEqual(ends);
});

test('windows fill the slow part, of which at least the first three twentieths are no part', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), (length) => {
      const { slowStart, slowEnd, ends } = windowSchedule(length);
      if (length < 20) {
        expect({ slowStart, slowEnd, ends }).toEqual({
          slowStart: length,
          slowEnd: length,
          ends: [],
        });
        return;
      }
      expect(slowStart).toBeGreaterThan(0);
      expect(slowEnd).toBeLessThan(length);
      expect(ends.at(-1)).toBe(slowEnd - 1);
      const sizes = ends.map((end, i) => end - (ends[i - 1] ?? slowStart - 1));
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(sizes.every((size, i) => i === 0 || size >= 2 * sizes[i - 1])).toBe(true);
    }),
  );
});
