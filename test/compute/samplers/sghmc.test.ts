import { describe, expect, test } from 'vitest';
import { createSghmc } from '../../../src/compute/samplers/sghmc.ts';
import type { SghmcSettings } from '../../../src/compute/settings.ts';
import {
  type Case,
  drawAll,
  estimateOf,
  inputOf,
  isotropic,
  quadratic,
  statistic,
  tanhNetwork,
  zeroNetwork,
} from './full-gradient-run.ts';

const SETTINGS: SghmcSettings = {
  chains: 4,
  sghmc_steps: 11_000,
  sghmc_warmup: 1000,
  sghmc_batch_size: 256,
  sghmc_eval_every: 5,
  sghmc_thin: 10_000,
  sghmc_step_size: 'auto',
  sghmc_temperature: 1,
  sghmc_friction: 'auto',
  sghmc_scheme: 'baoab',
  sghmc_precond: 'none',
  sghmc_dtype: 'float64',
};

async function sample(target: Case, settings: Partial<SghmcSettings> = {}, seed = 1) {
  const sampler = createSghmc(inputOf(target, { seed }), { ...SETTINGS, ...settings });
  const draws = await drawAll(sampler);
  return { sampler, draws, ...estimateOf(target, draws) };
}

/** All directions of the precision A = 110, of which the loss has 100. */
const EQUAL: Case = { problem: isotropic(20), nbeta: 100, gamma: 10 };
const FREQUENCY = Math.sqrt(110);
const EXACT = 10 / 1.1;

describe('BAOAB', () => {
  test.each([0.5, 1, 1.5])('has no bias at ε√A = %s', async (reach) => {
    const run = await sample(EQUAL, {
      sghmc_step_size: reach / FREQUENCY,
      sghmc_friction: FREQUENCY,
    });
    expect(Math.abs(run.mean - EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.02 * EXACT);
    expect(Math.abs(run.virial - 1)).toBeLessThan((4 * run.standardError) / EXACT);
    // Of the momenta it has one, 1 − (ε√A)²/4.
    const temperature = statistic(run.draws, 'kinetic_temperature');
    const mean = temperature.reduce((sum, value) => sum + value, 0) / temperature.length;
    expect(Math.abs(mean - (1 - reach ** 2 / 4))).toBeLessThan(0.02);
  });

  test('samples at the temperature asked for', async () => {
    const run = await sample(EQUAL, { sghmc_temperature: 2.5 });
    expect(Math.abs(run.mean - 2.5 * EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.05 * EXACT);
  });

  test.each([
    ['none', 8],
    ['diagonal', 4],
  ] as const)('finds its settings on a wide spectrum, metric %s', async (precond, decades) => {
    const curvatures = Array.from({ length: 8 }, (_, i) => 10 ** ((decades * (i - 5)) / 8));
    const target: Case = {
      problem: quadratic(...curvatures),
      nbeta: 100,
      gamma: 1,
      scale: Float64Array.from(curvatures, (h) => 1 / Math.sqrt(100 * h + 1)),
    };
    const exact = curvatures.reduce((sum, h) => sum + (100 * h) / (100 * h + 1) / 2, 0);
    const run = await sample(target, { sghmc_precond: precond, sghmc_steps: 41_000 });
    expect(Math.abs(run.mean - exact)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.04 * exact);
  });

  // Quadrature under the continuous posterior.
  test.each([
    {
      name: 'network of widths 2, 2, 2',
      problem: zeroNetwork(2, 2, 2),
      nbeta: 1e4,
      exact: 1.47687074,
    },
    {
      name: 'network of widths 4, 2, 2',
      problem: zeroNetwork(4, 2, 2),
      nbeta: 1e3,
      exact: 1.96895041,
    },
    { name: 'tanh network of one unit', problem: tanhNetwork(1), nbeta: 100, exact: 0.3657107 },
  ])('is right on the singular $name', async ({ problem, nbeta, exact }) => {
    const run = await sample(
      { problem, nbeta, gamma: 1 },
      { sghmc_steps: 62_000, sghmc_warmup: 2000, sghmc_eval_every: 10 },
    );
    expect(Math.abs(run.mean - exact)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.04 * exact);
  });
});

/** A·Var w after L explicit Euler steps from a fresh momentum, in stationarity. */
function explicitRatio(step: number, friction: number, steps: number, curvature: number): number {
  let power = [1, 0, 0, 1];
  const move = [1, step, -step * curvature, 1 - friction * step];
  const thermal = 2 * friction * step;
  let variance = 0;
  for (let k = 0; k < steps; k++) {
    variance += power[1] ** 2 * thermal;
    power = product(power, move);
  }
  return (curvature * (power[1] ** 2 + variance)) / (1 - power[0] ** 2);
}

function product([a, b, c, d]: readonly number[], [e, f, g, h]: readonly number[]): number[] {
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}

describe("BlackJAX's scheme", () => {
  test('the closed form has its known values', () => {
    expect(explicitRatio(1e-5, 0.01, 10, 100)).toBeCloseTo(10 / 9, 4);
    expect(explicitRatio(1e-5, 0.01, 5, 100)).toBeCloseTo(5 / 4, 4);
    expect(explicitRatio(0.01, 0.01, 10, 100)).toBeCloseTo(1.155, 3);
    expect(explicitRatio(0.02, 0.01, 10, 100)).toBeCloseTo(1.62, 2);
  });

  test.each([0.05, 0.1, 0.15])('is too wide by the closed form at ε√A = %s', async (reach) => {
    const run = await sample(EQUAL, {
      sghmc_scheme: 'blackjax',
      sghmc_step_size: reach / FREQUENCY,
      sghmc_friction: 0.01,
    });
    const ratio = explicitRatio(reach / FREQUENCY, 0.01, 10, FREQUENCY ** 2);
    expect(Math.abs(run.mean - ratio * EXACT)).toBeLessThan(4 * run.standardError);
    expect(run.standardError).toBeLessThan(0.02 * EXACT);
    expect(Math.abs(run.virial - ratio)).toBeLessThan((4 * run.standardError) / EXACT);
  });

  test('found in warm-up, its step adds little to the ninth that it is off by', async () => {
    const run = await sample(EQUAL, { sghmc_scheme: 'blackjax' });
    const { step_size: stepSize } = run.sampler.adaptation;
    const ratio = explicitRatio(stepSize, 0.01, 10, FREQUENCY ** 2);
    expect(ratio).toBeGreaterThan(1.11);
    expect(ratio).toBeLessThan(1.17);
    expect(Math.abs(run.mean - ratio * EXACT)).toBeLessThan(4 * run.standardError);
  });
});
