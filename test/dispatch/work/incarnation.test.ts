import { expect, test } from 'vitest';
import { incarnationOf } from '../../../src/dispatch/work/incarnation.ts';

test('a place says how often it has started an attempt again, or nothing', () => {
  expect([undefined, '', '0', '7'].map(incarnationOf)).toEqual([0, 0, 0, 7]);
  expect(['-1', '1.5', 'x', '1e3', ' 1', '9'.repeat(10)].map(incarnationOf)).toEqual(
    new Array(6).fill(null),
  );
});
