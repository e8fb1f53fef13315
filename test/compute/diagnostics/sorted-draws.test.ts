import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Draws, mapDraws, splitChains } from '../../../src/compute/diagnostics/draws.ts';
import { orderStatistic } from '../../../src/compute/diagnostics/order-statistic.ts';
import { rankNormalise } from '../../../src/compute/diagnostics/rank-normalise.ts';
import {
  copySorted,
  keepFirst,
  type SortedDraws,
  sortDraws,
  sortedDistances,
  sortedHalves,
} from '../../../src/compute/diagnostics/sorted-draws.ts';
import { autoregressiveChains } from './autoregressive-chains.ts';

/** Small integers, so that many are equal; of even and odd lengths. */
const chains = fc
  .record({ chains: fc.integer({ min: 1, max: 4 }), draws: fc.integer({ min: 4, max: 25 }) })
  .chain(({ chains: count, draws }) =>
    fc.array(
      fc
        .array(fc.integer({ min: -6, max: 6 }), { minLength: draws, maxLength: draws })
        .map((values) => Float64Array.from(values)),
      { minLength: count, maxLength: count },
    ),
  );

/** Each value is that of its place, none is less than the one before, and no place comes twice. */
function expectSorted({ values, chains: of, places }: SortedDraws, draws: Draws): void {
  const seen = new Set<string>();
  expect(values).toHaveLength(draws.reduce((sum, chain) => sum + chain.length, 0));
  values.forEach((value, i) => {
    expect(draws[of[i]][places[i]]).toBe(value);
    if (i > 0) expect(value).toBeGreaterThanOrEqual(values[i - 1]);
    seen.add(`${of[i]} ${places[i]}`);
  });
  expect(seen.size).toBe(values.length);
}

describe('sorted draws', () => {
  test('are all draws in their order, few or many', () => {
    fc.assert(fc.property(chains, (draws) => expectSorted(sortDraws(draws), draws)));
    const many = mapDraws(
      autoregressiveChains({ chains: 3, draws: 3001, rho: 0.3, seed: 1 }),
      (x) => Math.round(x * 100),
    );
    expectSorted(sortDraws(many), many);
  });

  test('give those of the halves of their chains, of the first draws, and of distances', () => {
    fc.assert(
      fc.property(chains, fc.integer({ min: 1, max: 25 }), (draws, asked) => {
        const [{ length }] = draws;
        const sorted = sortDraws(draws);
        expectSorted(sortedHalves(sorted, length), splitChains(draws));
        const first = Math.min(asked, length);
        expectSorted(
          keepFirst(copySorted(sorted), first),
          draws.map((chain) => chain.subarray(0, first)),
        );
        expectSorted(
          sortedDistances(sorted, 0.5),
          mapDraws(draws, (value) => Math.abs(value - 0.5)),
        );
        expectSorted(sorted, draws);
      }),
    );
  });

  test('give the ranks that each sort of its own gives', () => {
    fc.assert(
      fc.property(chains, (draws) => {
        const split = splitChains(draws);
        expect(rankNormalise(split, sortedHalves(sortDraws(draws), draws[0].length))).toEqual(
          rankNormalise(split),
        );
      }),
    );
  });
});

test('an order statistic is the value at its place after sorting', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 }),
      fc.nat(),
      (numbers, at) => {
        const rank = at % numbers.length;
        const sorted = Float64Array.from(numbers).sort();
        expect(orderStatistic(Float64Array.from(numbers), rank)).toBe(sorted[rank]);
      },
    ),
  );
});
