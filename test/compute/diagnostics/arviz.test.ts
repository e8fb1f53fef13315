import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  autocorrelation,
  autocovariance,
} from '../../../src/compute/diagnostics/autocovariance.ts';
import { bfmi } from '../../../src/compute/diagnostics/bfmi.ts';
import type { Draws } from '../../../src/compute/diagnostics/draws.ts';
import * as ess from '../../../src/compute/diagnostics/ess.ts';
import { highestDensityInterval } from '../../../src/compute/diagnostics/highest-density-interval.ts';
import * as mcse from '../../../src/compute/diagnostics/mcse.ts';
import * as rhat from '../../../src/compute/diagnostics/rhat.ts';

interface Case {
  readonly x: number[][];
  readonly [key: string]: number | number[] | number[][] | null;
}

/** Values that ArviZ 0.23.4 gave; Python writes NaN where JSON has none. */
const { _meta, ...cases } = JSON.parse(
  readFileSync('test/fixtures/arviz-vectors.json', 'utf8').replaceAll('NaN', 'null'),
) as Record<string, Case>;

const DIAGNOSTICS: Record<string, (draws: Draws) => number> = {
  rhat_rank: rhat.rhat,
  rhat_split: rhat.rhatSplit,
  rhat_folded: rhat.rhatFolded,
  rhat_z_scale: rhat.rhatZScale,
  rhat_identity: rhat.rhatIdentity,
  ess_bulk: ess.essBulk,
  ess_tail: ess.essTail,
  ess_mean: ess.essMean,
  ess_sd: ess.essSd,
  ess_median: ess.essMedian,
  ess_mad: ess.essMad,
  ess_z_scale: ess.essBulk,
  ess_folded: ess.essFolded,
  ess_identity: ess.essIdentity,
  'ess_quantile_0.05': (draws) => ess.essQuantile(draws, 0.05),
  'ess_quantile_0.25': (draws) => ess.essQuantile(draws, 0.25),
  'ess_quantile_0.5': (draws) => ess.essQuantile(draws, 0.5),
  'ess_quantile_0.95': (draws) => ess.essQuantile(draws, 0.95),
  'ess_local_0.25_0.5': (draws) => ess.essLocal(draws, 0.25, 0.5),
  mcse_mean: mcse.mcseMean,
  mcse_sd: mcse.mcseSd,
  mcse_median: (draws) => mcse.mcseQuantile(draws, 0.5),
  'mcse_quantile_0.1': (draws) => mcse.mcseQuantile(draws, 0.1),
};

function expectEqual(got: number, expected: number | null): void {
  if (expected === null) expect(got).toBeNaN();
  else expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 1e-15);
}

describe.each(Object.entries(cases))('on the draws %s', (_, golden) => {
  const draws = golden.x.map((chain) => Float64Array.from(chain));

  test.each(Object.entries(DIAGNOSTICS))('%s equals ArviZ’s', (key, diagnostic) => {
    if (!(key in golden)) throw new Error(`the fixture has no ${key}`);
    expectEqual(diagnostic(draws), golden[key] as number | null);
  });

  test('bfmi, autocovariance and autocorrelation equal ArviZ’s', () => {
    (golden['bfmi'] as (number | null)[]).forEach((value, chain) => {
      expectEqual(bfmi(draws[chain]), value);
    });
    const covariance = autocovariance(draws[0]);
    const spread = Math.max(covariance[0], 1e-300);
    (golden['autocov_chain0'] as number[]).forEach((value, lag) => {
      expect(Math.abs(covariance[lag] - value) / spread).toBeLessThan(1e-9);
    });
    const correlation = autocorrelation(draws[0]);
    (golden['autocorr_chain0'] as (number | null)[]).forEach((value, lag) => {
      if (value === null) expect(correlation[lag]).toBeNaN();
      else expect(Math.abs(correlation[lag] - value)).toBeLessThan(1e-9);
    });
  });
});

test('the shortest intervals over the chains at each draw equal ArviZ’s', () => {
  for (const { x, hdi94 } of Object.values(cases)) {
    if (hdi94 === null) continue;
    (hdi94 as number[][]).forEach((interval, t) => {
      const values = Float64Array.from(x, (chain) => chain[t]);
      const found = highestDensityInterval(values, 0.94) ?? [Number.NaN, Number.NaN];
      found.forEach((bound, side) => {
        expectEqual(bound, interval[side]);
      });
    });
  }
});

describe('for any draws', () => {
  const chains = fc
    .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 4, max: 40 }))
    .chain(([count, length]) =>
      fc.array(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: length, maxLength: length }),
        { minLength: count, maxLength: count },
      ),
    )
    .map((values) => values.map((chain) => Float64Array.from(chain, (value) => value / 100)));

  test('the rank diagnostics do not change under a growing transformation', () => {
    fc.assert(
      fc.property(chains, (draws) => {
        const bent = draws.map((chain) => chain.map((value) => Math.exp(value / 3)));
        expect(rhat.rhatZScale(bent)).toEqual(rhat.rhatZScale(draws));
        expect(ess.essBulk(bent)).toEqual(ess.essBulk(draws));
      }),
    );
  });

  test('the order of the chains does not matter', () => {
    fc.assert(
      fc.property(chains, (draws) => {
        const turned = [...draws].reverse();
        const same = (a: number, b: number) =>
          expect(Number.isNaN(a) ? b : Math.abs(a - b) / Math.max(1, Math.abs(a))).toSatisfy(
            (value: number) => Number.isNaN(value) || value < 1e-9,
          );
        same(rhat.rhat(draws), rhat.rhat(turned));
        same(mcse.mcseMean(draws), mcse.mcseMean(turned));
      }),
    );
  });

  test('too few draws, or one that is not finite, give NaN', () => {
    const few = [Float64Array.of(1, 2, 3), Float64Array.of(1, 2, 3)];
    const broken = [Float64Array.of(1, 2, 3, Infinity), Float64Array.of(1, 2, 3, 4)];
    for (const draws of [few, broken]) {
      for (const diagnostic of Object.values(DIAGNOSTICS)) expect(diagnostic(draws)).toBeNaN();
    }
  });
});

test('the standard error covers the truth of an autocorrelated chain as often as it says', () => {
  // 300 independent pairs of AR(.8) chains: |z| < 1.96 in 95 % of them, four standard errors allowed.
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  const gauss = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  let covered = 0;
  const trials = 300;
  for (let trial = 0; trial < trials; trial++) {
    const draws = [0, 1].map(() => {
      let x = gauss() / 0.6;
      return Float64Array.from({ length: 400 }, () => (x = 0.8 * x + gauss()));
    });
    const mean = draws.flatMap((chain) => [...chain]).reduce((a, b) => a + b, 0) / 800;
    if (Math.abs(mean) < 1.96 * mcse.mcseMean(draws)) covered += 1;
  }
  const tolerance = 4 * Math.sqrt((0.95 * 0.05) / trials);
  expect(Math.abs(covered / trials - 0.95)).toBeLessThan(tolerance);
});
