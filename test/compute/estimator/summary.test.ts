import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mcseMean } from '../../../src/compute/diagnostics/mcse.ts';
import { drawTable } from '../../../src/compute/estimator/draw-table.ts';
import {
  type EstimateInput,
  type Summary,
  summarise,
} from '../../../src/compute/estimator/summary.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { autoregressiveChains } from '../diagnostics/autoregressive-chains.ts';
import { gaussianPosterior } from './gaussian-posterior.ts';

function estimate(input: EstimateInput): Summary {
  const summary = summarise(input);
  if (summary.kind !== 'estimate') throw new Error('all chains diverged');
  return summary;
}

describe('on exact draws of a normal posterior', () => {
  const spectrum = [0.01, 0.1, 1, 10];
  const nbeta = 1000 / Math.log(1000);

  // ½ Σ nβh/(nβh + γ), and the variance of a draw ½ Σ (nβh/(nβh + γ))².
  test.each([1, 10, 100])('the estimate and its error are those of theory at gamma %d', (gamma) => {
    const shares = spectrum.map((h) => (nbeta * h) / (nbeta * h + gamma));
    const exact = shares.reduce((sum, share) => sum + share, 0) / 2;
    const deviation = Math.sqrt(shares.reduce((sum, share) => sum + share * share, 0) / 2);
    const summary = estimate({
      ...gaussianPosterior({ spectrum, nbeta, gamma, draws: 5000 }),
      exact,
    });
    expect(Math.abs(summary.llc - exact)).toBeLessThan((4 * deviation) / Math.sqrt(20_000));
    expect(Math.abs(summary.exactZ)).toBeLessThan(4);
    expect((summary.se * Math.sqrt(20_000)) / deviation).toBeCloseTo(1, 1);
    expect(summary.sdPerDraw / deviation).toBeCloseTo(1, 1);
  });

  test('the virial is 1, and its localisation share is γ Σ 1/A_i over d', () => {
    const gamma = 10;
    const summary = estimate(gaussianPosterior({ spectrum, nbeta, gamma, draws: 5000 }));
    expect(Math.abs(summary.virial - 1)).toBeLessThan(4 * summary.virialSe);
    // A χ² with 4 degrees over 4 a draw: standard deviation √½.
    expect(summary.virialSe / Math.sqrt(0.5 / 20_000)).toBeCloseTo(1, 1);
    const share = spectrum.reduce((sum, h) => sum + gamma / (nbeta * h + gamma), 0) / 4;
    expect(Math.abs(summary.localisationShare - share)).toBeLessThan(0.03);
  });

  test('the virial is the ratio of variances when the chains are too hot', () => {
    const summary = estimate(
      gaussianPosterior({ spectrum, nbeta, gamma: 1, draws: 5000, heat: () => 1.2 }),
    );
    expect(Math.abs(summary.virial - 1.2)).toBeLessThan(4 * summary.virialSe);
  });

  test('around a point beside the minimum the estimate is the negative number of theory', () => {
    const center = [0, 0, 0.3, 0.2];
    const gamma = 5;
    const exact = spectrum.reduce((sum, h, i) => {
      const precision = nbeta * h + gamma;
      return (
        sum +
        (0.5 * nbeta * h) / precision +
        0.5 * nbeta * h * center[i] ** 2 * ((gamma / precision) ** 2 - 1)
      );
    }, 0);
    expect(exact).toBeLessThan(-30);
    const summary = estimate(gaussianPosterior({ spectrum, nbeta, gamma, center, draws: 2000 }));
    expect(Math.abs(summary.llc - exact)).toBeLessThan(4 * summary.se);
    expect(summary.shareBelow).toBeGreaterThan(0.99);
    expect(summary.lowest).toBeLessThan(exact);
    expect(Math.abs(summary.virial - 1)).toBeLessThan(4 * summary.virialSe);
  });
});

test('the error of correlated chains is √((1+ρ)/(1−ρ)) times that of independent draws', () => {
  const rho = 0.9;
  const draws = autoregressiveChains({ chains: 4, draws: 10_000, rho, seed: 7 });
  const losses = draws.map((chain) => chain.map((value) => 2 + 0.01 * value));
  const base = gaussianPosterior({ spectrum: [1], nbeta: 100, gamma: 0, draws: 4 });
  const summary = estimate({ ...base, losses, baseline: 2, meters: null });
  const expected = (100 * 0.01 * Math.sqrt((1 + rho) / (1 - rho))) / Math.sqrt(40_000);
  expect(summary.se / expected).toBeGreaterThan(0.9);
  expect(summary.se / expected).toBeLessThan(1.1);
  expect(summary.ess / ((40_000 * (1 - rho)) / (1 + rho))).toBeCloseTo(1, 0);
});

describe('the gradient meter', () => {
  // The Euler scheme on a normal posterior: E (w−c)·∇U = d + (ε/4) E‖∇U‖², where 1/(1 − εA/4) makes the ratio.
  test('equals the virial of the Euler scheme at its step, and is not given for other schemes', () => {
    const precisions = [1, 10, 100];
    const stepSize = 0.01;
    const exact = precisions.reduce((sum, a) => sum + 1 / (1 - (stepSize * a) / 4), 0) / 3;
    expect(exact).toBeCloseTo(1.1205, 4);
    const input = eulerChains(precisions, stepSize);
    const summary = estimate(input);
    expect(summary.gradientMeter).toBeCloseTo(exact, 2);
    expect(Math.abs(summary.virial - exact)).toBeLessThan(4 * summary.virialSe);
    expect(estimate({ ...input, scheme: 'leimkuhler_matthews' }).gradientMeter).toBeNaN();
    expect(estimate({ ...input, sampler: 'sghmc', scheme: 'baoab' }).gradientMeter).toBeNaN();
  });
});

describe('chains that diverge', () => {
  const base = gaussianPosterior({ spectrum: [1, 2], nbeta: 100, gamma: 1, draws: 200 });

  test('are left out of the estimate and counted', () => {
    const losses = base.losses.map((chain) => chain.slice());
    losses[2][150] = Number.POSITIVE_INFINITY;
    losses[2][151] = Number.NaN;
    const summary = estimate({ ...base, losses });
    const others = [0, 1, 3];
    const without = estimate({
      ...base,
      losses: others.map((chain) => base.losses[chain]),
      meters: {
        squaredDistance: others.map((chain) => base.meters?.squaredDistance[chain] as Float64Array),
        virialLoss: others.map((chain) => base.meters?.virialLoss[chain] as Float64Array),
        gradientNorm: null,
      },
    });
    expect([summary.chains, summary.divergedChains]).toEqual([4, 1]);
    expect([summary.llc, summary.se, summary.rhat, summary.virial]).toEqual([
      without.llc,
      without.se,
      without.rhat,
      without.virial,
    ]);
    expect(summary.llcByChain[2]).toBeNaN();
    // What they cost was spent all the same.
    expect(summary.work.sampling).toBe(400);
  });

  test('leave nothing to estimate from when they all do', () => {
    const losses = base.losses.map((chain) => chain.with(7, Number.NaN));
    expect(summarise({ ...base, losses })).toEqual({
      kind: 'all_diverged',
      chains: 4,
      firstBad: [7, 7, 7, 7],
    });
  });
});

test('every draw that goes in is used', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 1000 }),
      (chains, count, seed) => {
        const values = autoregressiveChains({ chains, draws: count, rho: 0, seed });
        const table = drawTable(
          Array.from({ length: count }, (_, t) => ({
            loss: values.map((chain) => chain[t]),
            stats: { step_size: values.map(() => t) },
            meters:
              t % 2 === 0
                ? {
                    squaredDistance: values.map((chain) => chain[t] ** 2),
                    virialLoss: values.map((chain) => chain[t] ** 2),
                    gradientNorm: null,
                  }
                : null,
          })),
          chains,
        );
        expect(table.losses).toEqual(values);
        expect(table.stats['step_size'][0]).toEqual(
          Float64Array.from({ length: count }, (_, t) => t),
        );
        expect(table.meters?.squaredDistance[0].length).toBe(Math.ceil(count / 2));
        const base = gaussianPosterior({ spectrum: [1], nbeta: 10, gamma: 1, draws: 1 });
        const summary = estimate({ ...base, ...table, baseline: 0.5 });
        expect(summary.draws).toBe(count);
        const sum = values.flatMap((chain) => [...chain]).reduce((a, b) => a + b, 0);
        expect(summary.llc).toBeCloseTo(10 * (sum / (chains * count) - 0.5), 9);
        if (count >= 4) expect(summary.se).toBeCloseTo(10 * mcseMean(values), 9);
      },
    ),
    { numRuns: 50 },
  );
});

test('work and time are of all chains, and what was not measured gives no efficiency', () => {
  const input = gaussianPosterior({ spectrum: [1, 2], nbeta: 100, gamma: 1, draws: 400 });
  const summary = estimate(input);
  expect(summary.work).toEqual({ sampling: 400, warmup: 200, evaluation: 40 });
  expect(summary.essPerSecond).toBe(summary.ess / 2);
  expect(summary.essPerFde).toBe(summary.ess / 400);
  expect(summary.wnvTime).toBeCloseTo(summary.se ** 2 * 2, 15);
  expect(summary.wnvTimeWithWarmup).toBeCloseTo(summary.se ** 2 * 3, 15);
  expect(summary.wnvFde).toBeCloseTo(summary.se ** 2 * 400, 15);
  expect(summary.wnvFdeWithWarmup).toBeCloseTo(summary.se ** 2 * 600, 15);
  const untimed = estimate({ ...input, seconds: { sampling: 0, warmup: 0 } });
  expect(untimed.essPerSecond).toBeNaN();
});

test('energies are judged for HMC alone', () => {
  const base = gaussianPosterior({ spectrum: [1, 2], nbeta: 100, gamma: 1, draws: 400 });
  const stats = { energy: autoregressiveChains({ chains: 4, draws: 400, rho: 0, seed: 2 }) };
  // Independent energies: E(ΔE)² is twice their variance.
  for (const fraction of estimate({ ...base, stats }).bfmi ?? []) {
    expect(Math.abs(fraction - 2)).toBeLessThan(0.5);
  }
  expect(estimate({ ...base, stats, sampler: 'mclmc' }).bfmi).toBeNull();
});

function eulerChains(precisions: readonly number[], stepSize: number): EstimateInput {
  const draws = 10_000;
  const base = gaussianPosterior({ spectrum: precisions, nbeta: 1, gamma: 0, draws });
  const noise = new Float64Array(precisions.length);
  const table = { losses: [], squaredDistance: [], virialLoss: [], gradientNorm: [] } as Record<
    'losses' | 'squaredDistance' | 'virialLoss' | 'gradientNorm',
    Float64Array[]
  >;
  for (let chain = 0; chain < 4; chain++) {
    const [loss, square, virial, norm] = [0, 0, 0, 0].map(() => new Float64Array(draws));
    const source = stream(5, 'noise', 'euler', chain);
    const w = Float64Array.from(precisions, (a) => 1 / Math.sqrt(a));
    // Long enough for the widest coordinate to forget where it began.
    for (let t = -2000; t < draws; t++) {
      fillNormals(source, t + 2000, noise);
      precisions.forEach((a, i) => {
        if (t >= 0) {
          loss[t] += 0.5 * a * w[i] * w[i];
          square[t] += w[i] * w[i];
          virial[t] += a * w[i] * w[i];
          norm[t] += (a * w[i]) ** 2;
        }
        w[i] += -0.5 * stepSize * a * w[i] + Math.sqrt(stepSize) * noise[i];
      });
    }
    table.losses.push(loss);
    table.squaredDistance.push(square);
    table.virialLoss.push(virial);
    table.gradientNorm.push(norm);
  }
  const { losses, ...meters } = table;
  return {
    ...base,
    sampler: 'sgld',
    scheme: 'euler',
    losses,
    meters,
    stats: { step_size: losses.map((chain) => chain.map(() => stepSize)) },
  };
}
