import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  atOnceOf,
  chunks,
  claimedBy,
  readMaxArraySize,
  tasksOfArrays,
} from '../../../src/backends/slurm/array-limits.ts';

test('the site tells how long an array may be', () => {
  const config = 'MaxArraySize            = 41\nMaxJobCount             = 20000\n';
  expect(readMaxArraySize({ code: 0, stdout: config })).toBe(41);
  expect(readMaxArraySize({ code: 1, stdout: '' })).toBe(1001);
});

test('parts hold all, each at most so many', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (values, size) => {
      const parts = chunks(values, size);
      expect(parts.flat()).toEqual(values);
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(size);
    }),
  );
});

test('arrays of one call share a limit, and each can run something', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 300 }), (tasks, limit) => {
      const living: { array: string; atOnce: number | null }[] = [];
      let left = tasks.reduce((sum, one) => sum + one, 0);
      for (const [i, count] of tasks.entries()) {
        const atOnce = atOnceOf(limit, claimedBy(living), count, left) as number;
        expect(atOnce).toBeGreaterThanOrEqual(1);
        expect(atOnce).toBeLessThanOrEqual(count);
        for (let k = 0; k < count; k += 1) living.push({ array: String(i), atOnce });
        left -= count;
      }
      // Over the limit only by what lets each array run one.
      expect(claimedBy(living)).toBeLessThanOrEqual(Math.max(limit, limit + tasks.length - 1));
    }),
  );
  expect(atOnceOf(null, 0, 10, 10)).toBeNull();
});

test('tasks are named in one word an array', () => {
  const of = (array: string, ...tasks: number[]) => tasks.map((task) => ({ array, task }));
  expect(tasksOfArrays([...of('7', 3, 0, 1, 2, 9, 11), ...of('8', 5)])).toEqual([
    '7_[0-3,9,11]',
    '8_[5]',
  ]);
});
