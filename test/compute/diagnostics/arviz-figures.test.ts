import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { autocorrelation } from '../../../src/compute/diagnostics/autocovariance.ts';
import { densityHistogram } from '../../../src/compute/diagnostics/density-histogram.ts';
import { mapDraws, pooled } from '../../../src/compute/diagnostics/draws.ts';
import { essBulk, essQuantiles, essTail } from '../../../src/compute/diagnostics/ess.ts';
import { essEvolution } from '../../../src/compute/diagnostics/ess-evolution.ts';
import { mean } from '../../../src/compute/diagnostics/moments.ts';
import { rankHistogram } from '../../../src/compute/diagnostics/rank-histogram.ts';
import { autoregressiveChains } from './autoregressive-chains.ts';

type Numbers = readonly (number | null)[];
interface Histogram {
  readonly edges: Numbers;
  readonly density: Numbers;
}
/** What ArviZ's plots drew; `test/fixtures/arviz-figures.py` made it. */
interface Drawn {
  readonly ess_bulk: Numbers;
  readonly ess_tail: Numbers;
  readonly ess_quantile: Numbers;
  readonly ranks: readonly Numbers[];
  readonly autocorr: readonly Numbers[];
  readonly energy: { readonly marginal: Histogram; readonly transition: Histogram };
}

const read = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/${name}`, 'utf8').replaceAll('NaN', 'null'));
const { _meta, ...drawn } = read('arviz-figures.json') as Record<string, Drawn>;
const inputs = read('arviz-vectors.json') as Record<string, { readonly x: number[][] }>;

function expectEqual(got: readonly number[], expected: Numbers, least = 1e-9): void {
  expect(got.length).toBe(expected.length);
  got.forEach((value, i) => {
    const wanted = expected[i];
    if (wanted === null) expect(value).toBeNaN();
    else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-9 * Math.abs(wanted) + least);
  });
}

describe.each(Object.entries(drawn))('of the draws %s ArviZ draws the same', (name, arviz) => {
  const draws = inputs[name].x.map((chain) => Float64Array.from(chain));

  test('evolution of the effective sample sizes', () => {
    const { bulk, tail } = essEvolution(draws, 20);
    expectEqual(bulk, arviz.ess_bulk);
    expectEqual(tail, arviz.ess_tail);
  });

  test('effective sample sizes of quantiles', () => {
    const probabilities = Array.from({ length: 20 }, (_, i) => 1 / 20 + (i * (1 - 2 / 20)) / 19);
    expectEqual(essQuantiles(draws, probabilities), arviz.ess_quantile);
  });

  test('ranks', () => {
    const { edges, counts } = rankHistogram(draws);
    counts.forEach((inside, chain) => {
      // ArviZ's bars have the area 1.
      const density = inside.map((count) => count / (draws[0].length * (edges[1] - edges[0])));
      expectEqual(density, arviz.ranks[chain]);
    });
  });

  test('autocorrelation', () => {
    draws.forEach((chain, c) => {
      const lags = autocorrelation(chain).subarray(0, 100);
      expectEqual([...lags], arviz.autocorr[c]);
    });
  });

  test('densities of the energy', () => {
    const centre = mean(draws.map(mean));
    const marginal = pooled(mapDraws(draws, (value) => value - centre));
    const changes = draws.map((chain) => chain.slice(1).map((value, t) => value - chain[t]));
    for (const [values, expected] of [
      [marginal, arviz.energy.marginal],
      [pooled(changes), arviz.energy.transition],
    ] as const) {
      const { edges, density } = densityHistogram(values);
      expectEqual(edges, expected.edges);
      expectEqual(density, expected.density);
    }
  });
});

test('the evolution of long chains, sorted once, is that of each part alone', () => {
  const draws = autoregressiveChains({ chains: 3, draws: 4001, rho: 0.5, seed: 6 });
  const { lengths, bulk, tail } = essEvolution(draws, 7);
  expect(lengths).toEqual([572, 1143, 1715, 2287, 2858, 3430, 4001]);
  lengths.forEach((length, i) => {
    const part = draws.map((chain) => chain.slice(0, length));
    expect(bulk[i]).toBeCloseTo(essBulk(part), 6);
    expect(tail[i]).toBeCloseTo(essTail(part), 6);
  });
});
