import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mclmcPhases } from '../../../src/compute/adaptation/mclmc-phases.ts';

test('a budget of 2000 gives a tenth to each phase, and a thirtieth to settle in a new metric', () => {
  expect(mclmcPhases(2000, false)).toEqual({
    step: 200,
    variance: 400,
    readapt: 400,
    correlation: 600,
    checks: [1066, 1532],
  });
  expect(mclmcPhases(2000, true)).toMatchObject({ readapt: 467, correlation: 667 });
});

test('phases follow each other within any budget', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.boolean(), (budget, preconditioned) => {
      const { step, variance, readapt, correlation, checks } = mclmcPhases(budget, preconditioned);
      const ends = [0, step, variance, readapt, correlation, ...checks, budget];
      expect(ends.toSorted((a, b) => a - b)).toEqual(ends);
    }),
  );
});
