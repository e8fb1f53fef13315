import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { autocovariance } from '../../../src/compute/diagnostics/autocovariance.ts';
import { type Draws, mapDraws } from '../../../src/compute/diagnostics/draws.ts';
import {
  essBulk,
  essFolded,
  essIdentity,
  essMad,
  essMean,
  essQuantile,
  essSd,
  essTail,
} from '../../../src/compute/diagnostics/ess.ts';
import { mcseMean, mcseQuantile, mcseSd } from '../../../src/compute/diagnostics/mcse.ts';
import { mean } from '../../../src/compute/diagnostics/moments.ts';
import {
  rhat,
  rhatIdentity,
  rhatSplit,
  rhatZScale,
} from '../../../src/compute/diagnostics/rhat.ts';
import { autoregressiveChains } from './autoregressive-chains.ts';

const EVERY_ESS = { essBulk, essFolded, essMad, essMean, essIdentity, essSd, essTail };
const EVERY_RHAT = { rhat, rhatIdentity, rhatSplit, rhatZScale };
const EVERY_MCSE = { mcseMean, mcseSd };
const EVERYTHING = { ...EVERY_ESS, ...EVERY_RHAT, ...EVERY_MCSE };

/** Chains of integers, so that monotone maps keep order and ties exactly; ties are frequent. */
const integerChains = fc
  .record({ chains: fc.integer({ min: 2, max: 5 }), draws: fc.integer({ min: 4, max: 40 }) })
  .chain(({ chains, draws }) =>
    fc.array(
      fc
        .array(fc.integer({ min: -50, max: 50 }), { minLength: draws, maxLength: draws })
        .map((values) => Float64Array.from(values)),
      { minLength: chains, maxLength: chains },
    ),
  );

function expectClose(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe('rank-normalised diagnostics', () => {
  test('see chains that differ only in scale', () => {
    const [a, b, c, d] = autoregressiveChains({ chains: 4, draws: 500, rho: 0, seed: 3 });
    const draws = [a, b, c, d.map((draw) => 5 * draw)];
    expect(rhatSplit(draws)).toBeLessThan(1.01);
    expect(rhat(draws)).toBeGreaterThan(1.1);
  });

  test('bear a distribution without a variance', () => {
    const draws = mapDraws(
      autoregressiveChains({ chains: 4, draws: 1000, rho: 0, seed: 4 }),
      (draw) => 1 / draw ** 3,
    );
    expect(rhat(draws)).toBeLessThan(1.01);
    expect(essBulk(draws)).toBeGreaterThan(3000);
  });
});

describe.each(Object.entries(EVERYTHING))('%s', (name, diagnostic) => {
  test('does not depend on the order of the chains', () => {
    fc.assert(
      fc.property(integerChains, (draws) => {
        expectClose(diagnostic(draws.toReversed()), diagnostic(draws));
      }),
      { numRuns: 50 },
    );
  });

  test('leaves the draws as they were', () => {
    const draws = autoregressiveChains({ chains: 2, draws: 11, rho: 0.5, seed: 5 });
    const before = draws.map((chain) => chain.slice());
    diagnostic(draws);
    expect(draws).toEqual(before);
  });

  test('is NaN with fewer than four draws a chain', () => {
    expect(diagnostic([Float64Array.of(1, 2, 3), Float64Array.of(3, 1, 2)])).toBeNaN();
    expect(diagnostic([])).toBeNaN();
    expect(diagnostic([new Float64Array(0), new Float64Array(0)])).toBeNaN();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('is NaN where a draw is %d', (value) => {
    const draws = autoregressiveChains({ chains: 3, draws: 20, rho: 0, seed: 6 });
    draws[1][7] = value;
    expect(diagnostic(draws)).toBeNaN();
  });

  if (name in EVERY_RHAT) {
    test('is NaN for one chain', () => {
      expect(diagnostic([Float64Array.of(1, 2, 3, 4, 5, 6)])).toBeNaN();
    });
  }

  if (name in EVERY_ESS) {
    test('is the number of draws for constants', () => {
      expect(diagnostic([new Float64Array(6).fill(2), new Float64Array(6).fill(2)])).toBe(12);
    });
  }
});

describe('on chains of known correlation', () => {
  test.each([0, 0.5, 0.9, -0.5])(
    'the effective sample size of a mean is n(1−ρ)/(1+ρ), ρ = %d',
    (rho) => {
      const draws = autoregressiveChains({ chains: 4, draws: 20_000, rho, seed: 11 });
      const expected = (80_000 * (1 - rho)) / (1 + rho);
      expect(essMean(draws) / expected).toBeGreaterThan(0.9);
      expect(essMean(draws) / expected).toBeLessThan(1.1);
    },
  );

  test('the error of a mean is what repetitions show', () => {
    const runs = Array.from({ length: 200 }, (_, seed) =>
      autoregressiveChains({ chains: 4, draws: 400, rho: 0.7, seed }),
    );
    const squares = runs.map((draws) => (mean(draws.map(mean)) / mcseMean(draws)) ** 2);
    // A χ² with 200 degrees over 200: standard deviation 0.1; the estimated error adds a little.
    expect(mean(squares)).toBeGreaterThan(0.7);
    expect(mean(squares)).toBeLessThan(1.35);
  });

  test('the error of a quantile is near that of theory', () => {
    const draws = autoregressiveChains({ chains: 4, draws: 5000, rho: 0, seed: 12 });
    const density = Math.exp(-0.5 * 1.2815515655 ** 2) / Math.sqrt(2 * Math.PI);
    const expected = Math.sqrt((0.1 * 0.9) / 20_000) / density;
    expect(mcseQuantile(draws, 0.1) / expected).toBeGreaterThan(0.8);
    expect(mcseQuantile(draws, 0.1) / expected).toBeLessThan(1.2);
  });
});

describe('long chains', () => {
  const draws: Draws = autoregressiveChains({ chains: 4, draws: 100_000, rho: 0.9, seed: 21 });

  test('give every diagnostic', () => {
    expect(rhat(draws)).toBeLessThan(1.001);
    expect(essBulk(draws) / 21_053).toBeGreaterThan(0.9);
    expect(essBulk(draws) / 21_053).toBeLessThan(1.1);
    expect(essQuantile(draws, 0.5)).toBeGreaterThan(10_000);
  });
});

describe('the autocovariance', () => {
  test('is the sum over pairs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 33 }),
        (values) => {
          const chain = Float64Array.from(values);
          const centre = mean(chain);
          const direct = chain.map((_, lag) => {
            let sum = 0;
            for (let t = 0; t + lag < chain.length; t++) {
              sum += (chain[t] - centre) * (chain[t + lag] - centre);
            }
            return sum / chain.length;
          });
          autocovariance(chain).forEach((value, lag) => {
            expect(Math.abs(value - direct[lag])).toBeLessThan(1e-12 * (1 + direct[0]));
          });
        },
      ),
    );
  });
});
