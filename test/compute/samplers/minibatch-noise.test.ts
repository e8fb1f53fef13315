import { describe, expect, test } from 'vitest';
import type { Sampler } from '../../../src/compute/samplers/sampler.ts';
import { createSghmc } from '../../../src/compute/samplers/sghmc.ts';
import { createSgld } from '../../../src/compute/samplers/sgld.ts';
import type { SghmcSettings, SgldSettings } from '../../../src/compute/settings.ts';
import { drawAll, estimateOf, inputOf, isotropic, statistic } from './full-gradient-run.ts';
import { aboveMinimum, BATCH, GRADIENT_NOISE, NBETA, noisyCase, ROWS } from './noisy-regression.ts';

const DIM = 20;
const TARGET = noisyCase(DIM);
const EXACT = DIM / 2;

const SGLD: SgldSettings = {
  chains: 4,
  sgld_steps: 5000,
  sgld_warmup: 1000,
  sgld_batch_size: BATCH,
  sgld_eval_every: 5,
  sgld_eval_batch_size: null,
  sgld_thin: 10_000,
  sgld_step_size: 'auto',
  sgld_scheme: 'euler',
  sgld_precond: 'none',
  sgld_beta1: 0.9,
  sgld_beta2: 0.999,
  sgld_eps: 1e-8,
  sgld_bias_correction: true,
  sgld_dtype: 'float64',
};

const SGHMC: SghmcSettings = {
  chains: 4,
  sghmc_steps: 5000,
  sghmc_warmup: 1000,
  sghmc_batch_size: BATCH,
  sghmc_eval_every: 5,
  sghmc_thin: 10_000,
  sghmc_step_size: 'auto',
  sghmc_temperature: 1,
  sghmc_friction: 'auto',
  sghmc_scheme: 'baoab',
  sghmc_precond: 'diagonal',
  sghmc_dtype: 'float64',
};

async function estimate(sampler: Sampler) {
  const draws = await drawAll(sampler);
  const reference = { ...TARGET, problem: isotropic(DIM) };
  return { sampler, draws, ...estimateOf(reference, aboveMinimum(draws, DIM)) };
}

const sgld = (settings: Partial<SgldSettings>) =>
  estimate(createSgld(inputOf(TARGET, { seed: 5 }), { ...SGLD, ...settings }));
const sghmc = (settings: Partial<SghmcSettings>) =>
  estimate(createSghmc(inputOf(TARGET, { seed: 5 }), { ...SGHMC, ...settings }));

describe('gradient noise of variance C heats', () => {
  test.each([
    ['euler', 0.4],
    ['euler', 1],
    ['leimkuhler_matthews', 0.4],
    ['leimkuhler_matthews', 1],
  ] as const)('SGLD (%s) at εA = %s as the closed form says', async (scheme, reach) => {
    const stepSize = reach / NBETA;
    const run = await sgld({ sgld_scheme: scheme, sgld_step_size: stepSize });
    const heat = (stepSize * GRADIENT_NOISE) / 4;
    const width = 1 - reach / 4;
    const ratio = scheme === 'euler' ? (1 + heat) / width : 1 + heat / width;
    expect(Math.abs(run.mean - ratio * EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.04 * ratio * EXACT);
    // The batch of the meter has no part in the position: the virial is the ratio, heat and all.
    expect(Math.abs(run.virial - ratio)).toBeLessThan((6 * run.standardError) / EXACT);
  });

  test.each([
    [0.3, 1],
    [0.7, 1],
    [0.7, 4],
  ])('BAOAB at ε√A = %s and α/√A = %s as its covariances say', async (reach, damping) => {
    const run = await sghmc({ sghmc_step_size: reach, sghmc_friction: damping });
    // The diagonal metric is 1/A but for the noise that its average holds.
    const { metric } = await metricOf(run.sampler);
    const ratio = stationaryRatio(reach, damping, metric * NBETA, metric * GRADIENT_NOISE);
    expect(ratio).toBeGreaterThan(1.05);
    expect(Math.abs(run.mean - ratio * EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.04 * ratio * EXACT);
  });
});

describe('found in warm-up, the settings keep the heat about one percent', () => {
  test.each(['none', 'diagonal'] as const)('SGLD, metric %s', async (precond) => {
    const run = await sgld({
      sgld_precond: precond,
      sgld_scheme: 'leimkuhler_matthews',
      sgld_steps: 13_000,
    });
    const { foreseen_bias: foreseen, step_size: stepSize } = run.sampler.adaptation;
    expect(foreseen).toBeCloseTo(0.01, 3);
    if (precond === 'none') {
      expect((stepSize * GRADIENT_NOISE) / 4 / 0.01).toBeGreaterThan(0.8);
      expect((stepSize * GRADIENT_NOISE) / 4 / 0.01).toBeLessThan(1.25);
    }
    expect(Math.abs(run.mean - 1.01 * EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.03 * EXACT);
  });

  test.each([
    ['friction and step size', {}],
    ['friction', { sghmc_step_size: 0.05 }],
    ['step size', { sghmc_friction: 1 }],
  ])('BAOAB, %s', async (_, given) => {
    const run = await sghmc({ ...given, sghmc_steps: 13_000 });
    expect(run.sampler.adaptation['foreseen_bias']).toBeLessThan(0.0101);
    expect(Math.abs(run.mean - 1.01 * EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.03 * EXACT);
    const temperature = statistic(run.draws, 'kinetic_temperature');
    const mean = temperature.reduce((sum, value) => sum + value, 0) / temperature.length;
    expect(mean).toBeGreaterThan(0.95);
    expect(mean).toBeLessThan(1.05);
  });
});

test('all rows are the exact gradient, and noise is gone', async () => {
  const run = await sgld({
    sgld_batch_size: ROWS,
    sgld_scheme: 'leimkuhler_matthews',
    sgld_step_size: 1 / NBETA,
  });
  expect(Math.abs(run.mean - EXACT)).toBeLessThan(4 * run.standardError);
  expect(run.standardError).toBeLessThan(0.03 * EXACT);
});

/** The frozen metric; all its coordinates are about equal here. */
async function metricOf(sampler: Sampler): Promise<{ metric: number }> {
  const { preconditioner } = (await sampler.save()).state as {
    preconditioner: { diagonal: Float64Array };
  };
  const { diagonal } = preconditioner;
  return { metric: diagonal.reduce((sum, value) => sum + value, 0) / diagonal.length };
}

/**
 * A·Var w of BAOAB on one direction of curvature A with gradient noise C (both in the metric's units),
 * from the covariance of (w, p, ξ): the noise ξ of a gradient is in the two half kicks around it.
 */
function stationaryRatio(step: number, friction: number, curvature: number, noise: number): number {
  const half = step / 2;
  const keep = Math.exp(-friction * step);
  // Columns: what w, p and the gradient's noise become of the old w, p, ξ, the thermal z and the new ξ.
  const kick = [
    [1, 0, 0, 0, 0],
    [-half * curvature, 1, -half, 0, 0],
  ];
  const drifted = add(kick[0], scale(kick[1], half));
  const thermal = scale(kick[1], keep);
  thermal[3] = Math.sqrt(1 - keep * keep);
  const moved = add(drifted, scale(thermal, half));
  const pushed = add(thermal, scale(moved, -half * curvature));
  pushed[4] -= half;
  const rows = [moved, pushed, [0, 0, 0, 0, 1]];
  let covariance = [
    [1 / curvature, 0, 0],
    [0, 1, 0],
    [0, 0, noise],
  ];
  for (let i = 0; i < 20_000; i++) {
    const sources = [
      ...covariance.map((row) => [...row, 0, 0]),
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, noise],
    ];
    covariance = rows.map((a) =>
      rows.map((b) =>
        a.reduce((sum, x, j) => sum + x * b.reduce((s, y, k) => s + sources[j][k] * y, 0), 0),
      ),
    );
  }
  return covariance[0][0] * curvature;
}

function add(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + b[i]);
}

function scale(a: readonly number[], factor: number): number[] {
  return a.map((value) => value * factor);
}
