import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextBlock } from '../../../src/dispatch/work/block-pace.ts';

test('blocks come to take half a second, whatever a transition costs', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 0.4, noNaN: true }), (cost) => {
      let block = 1;
      for (let i = 0; i < 20; i++) block = nextBlock(block, block * cost);
      expect(block * cost).toBeGreaterThan(0.5 - 2 * cost);
      expect(block * cost).toBeLessThanOrEqual(0.5 + 1e-9);
    }),
  );
});

test('a block is never empty and grows at most four times', () => {
  expect(nextBlock(1, 100)).toBe(1);
  expect(nextBlock(10, 0)).toBe(40);
});
