import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meanAutocovariance } from '../../../src/compute/diagnostics/autocovariance.ts';
import { bitsUpTo, MOST_BIT_LAGS } from '../../../src/compute/diagnostics/bit-autocovariance.ts';
import { mapDraws, splitChains } from '../../../src/compute/diagnostics/draws.ts';
import { effectiveSize, essBelow } from '../../../src/compute/diagnostics/ess.ts';
import { autoregressiveChains } from './autoregressive-chains.ts';

const ones = (limit: number) => (value: number) => (value <= limit ? 1 : 0);

test('counted bits give the autocovariance of zeros and ones at every lag', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 4, max: 300 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.integer(),
      (chains, draws, limit, seed) => {
        const values = autoregressiveChains({ chains, draws, rho: 0.8, seed });
        const expected = meanAutocovariance(mapDraws(values, ones(limit)));
        const { covariance } = bitsUpTo(limit, values);
        for (let lag = 0; lag <= Math.min(MOST_BIT_LAGS, draws - 1); lag++)
          expect(Math.abs(covariance(lag) - expected[lag])).toBeLessThan(1e-12);
      },
    ),
  );
});

test.each([0.5, 0.99, 0.9995])(
  'a share is as well known as that of zeros and ones, however many lags it takes (ρ = %d)',
  (rho) => {
    const split = splitChains(autoregressiveChains({ chains: 4, draws: 9000, rho, seed: 3 }));
    const expected = effectiveSize(mapDraws(split, ones(0.3)));
    expect(essBelow(split, 0.3) / expected).toBeCloseTo(1, 9);
  },
);
