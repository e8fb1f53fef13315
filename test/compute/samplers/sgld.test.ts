import { describe, expect, test } from 'vitest';
import type { Sampler } from '../../../src/compute/samplers/sampler.ts';
import { createSgld } from '../../../src/compute/samplers/sgld.ts';
import type { SgldSettings } from '../../../src/compute/settings.ts';
import {
  average,
  type Case,
  drawAll,
  estimateOf,
  inputOf,
  isotropic,
  quadratic,
  zeroNetwork,
} from './full-gradient-run.ts';

const SETTINGS: SgldSettings = {
  chains: 4,
  sgld_steps: 21_000,
  sgld_warmup: 1000,
  sgld_batch_size: 256,
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

async function sample(target: Case, settings: Partial<SgldSettings> = {}, seed = 1) {
  const sampler = createSgld(inputOf(target, { seed }), { ...SETTINGS, ...settings });
  const draws = await drawAll(sampler);
  return { sampler, draws, ...estimateOf(target, draws) };
}

/** All directions of the precision A = 110, of which the loss has 100. */
const EQUAL: Case = { problem: isotropic(20), nbeta: 100, gamma: 10 };
const PRECISION = 110;
const EXACT = 10 / 1.1;

function halfWidth(run: { standardError: number }): number {
  return 4 * run.standardError;
}

describe('the half convention, w −= ½ε∇U with noise √ε', () => {
  test.each([0.1, 1, 2])('Euler is too wide by 1/(1 − εA/4) at εA = %s', async (reach) => {
    const run = await sample(EQUAL, { sgld_step_size: reach / PRECISION });
    const ratio = 1 / (1 - reach / 4);
    expect(Math.abs(run.mean - ratio * EXACT)).toBeLessThan(halfWidth(run));
    expect(run.standardError).toBeLessThan(0.03 * EXACT);
  });

  test.each([0.1, 1, 2, 3])(
    'the noise of Leimkuhler and Matthews leaves no bias at εA = %s',
    async (reach) => {
      const run = await sample(EQUAL, {
        sgld_step_size: reach / PRECISION,
        sgld_scheme: 'leimkuhler_matthews',
      });
      expect(Math.abs(run.mean - EXACT)).toBeLessThan(halfWidth(run));
      expect(run.standardError).toBeLessThan(0.03 * EXACT);
    },
  );

  test('at εA = 5 every chain diverges and says so', async () => {
    const { draws } = await sample(EQUAL, { sgld_step_size: 5 / PRECISION, sgld_steps: 3000 });
    expect(draws.at(-1)!.loss.every(Number.isNaN)).toBe(true);
    expect(draws.at(-1)!.stats['diverging']).toEqual([1, 1, 1, 1]);
  });
});

describe('the free meters', () => {
  test('the virial is the ratio of the widths where all directions are equal', async () => {
    const run = await sample({ ...EQUAL, gamma: 10 }, { sgld_step_size: 1 / PRECISION });
    expect(Math.abs(run.virial - 4 / 3)).toBeLessThan((4 * run.standardError) / EXACT);
  });

  test('1 + ε‖g‖²_G/(4d) is the virial of stationary chains', async () => {
    const target: Case = { problem: quadratic(0.1, 1, 10), nbeta: 10, gamma: 0 };
    const run = await sample(target, { sgld_step_size: 0.01, sgld_steps: 101_000 });
    const power = average(run.draws.flatMap((draw) => [...draw.meters!.gradientNorm!]));
    const meter = 1 + (0.01 * power) / (4 * 3);
    // Of the three directions εA = .01, .1 and 1.
    const exact = (1 / (1 - 0.01 / 4) + 1 / (1 - 0.1 / 4) + 1 / (1 - 1 / 4)) / 3;
    expect(Math.abs(meter / exact - 1)).toBeLessThan(0.005);
  });

  test('schemes for which the identity does not hold give no gradient norm', async () => {
    const settings = { sgld_scheme: 'leimkuhler_matthews', sgld_steps: 1020 } as const;
    const { draws } = await sample(EQUAL, settings);
    expect(draws.every((draw) => draw.meters!.gradientNorm === null)).toBe(true);
  });
});

/** Seven decades of curvature. */
const ILL: Case = {
  problem: quadratic(1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000),
  nbeta: 100,
  gamma: 1,
};
const ILL_EXACT = [1e-2, 0.1, 1, 10, 100, 1e3, 1e4, 1e5].reduce(
  (sum, h) => sum + h / (h + 1) / 2,
  0,
);
const ILL_SCALE = Float64Array.from([1e-2, 0.1, 1, 10, 100, 1e3, 1e4, 1e5], (h) => (h + 1) ** -0.5);

describe('a step size found in warm-up', () => {
  test.each(['euler', 'leimkuhler_matthews'] as const)(
    'keeps the bias of %s about one percent, foreseen',
    async (scheme) => {
      const run = await sample(EQUAL, { sgld_scheme: scheme, sgld_steps: 51_000 });
      const { foreseen_bias: foreseen, step_size: stepSize } = run.sampler.adaptation;
      expect(foreseen).toBeLessThan(0.0101);
      const ratio = scheme === 'euler' ? 1 / (1 - (stepSize * PRECISION) / 4) : 1;
      expect(ratio).toBeLessThan(1.015);
      expect(Math.abs(run.mean - ratio * EXACT)).toBeLessThan(halfWidth(run));
    },
  );

  test('with the diagonal metric, seven decades of curvature are no hindrance', async () => {
    const run = await sample(
      { ...ILL, scale: ILL_SCALE },
      { sgld_scheme: 'leimkuhler_matthews', sgld_precond: 'diagonal' },
    );
    expect(Math.abs(run.mean - ILL_EXACT)).toBeLessThan(halfWidth(run));
    expect(run.ess).toBeGreaterThan(2000);
  });

  test('the diagonal metric mends half of a wrong scale', async () => {
    const spread = ILL_SCALE.map((value, i) => value * (i % 2 === 0 ? 3 : 1 / 3));
    const run = await sample(
      { ...ILL, scale: spread },
      { sgld_scheme: 'leimkuhler_matthews', sgld_precond: 'diagonal' },
    );
    expect(Math.abs(run.mean - ILL_EXACT)).toBeLessThan(halfWidth(run));
    // Scales wrong by 9 against each other make curvatures wrong by 81; what is left is their root.
    const { largest_curvature: curvature } = run.sampler.adaptation;
    expect(curvature).toBeGreaterThan(1.5);
    expect(curvature).toBeLessThan(5);
  });

  test('a singular posterior comes out right', async () => {
    // ½‖W2 W1‖² of widths 2, 2, 2 at nβ/γ² = 10000: 1.47687074 by quadrature.
    const target: Case = { problem: zeroNetwork(2, 2, 2), nbeta: 10_000, gamma: 1 };
    const run = await sample(target, {
      sgld_scheme: 'leimkuhler_matthews',
      sgld_steps: 102_000,
      sgld_warmup: 2000,
    });
    expect(Math.abs(run.mean - 1.47687074)).toBeLessThan(halfWidth(run));
    expect(run.standardError).toBeLessThan(0.1);
  });
});

describe('RMSProp and Adam', () => {
  const STEEP: Case = { problem: quadratic(1, 1, 100, 100), nbeta: 10, gamma: 1 };
  const PRECISIONS = [11, 11, 1001, 1001];
  const STEEP_EXACT = 10 / 11 + 1000 / 1001;

  test('with the metric frozen the bias is that of Euler in its units', async () => {
    const run = await sample(STEEP, {
      sgld_precond: 'rmsprop',
      sgld_step_size: 2e-3,
      sgld_steps: 54_000,
      sgld_warmup: 4000,
    });
    const { metric } = await frozenMetric(run.sampler);
    // G is about 1/√E[g²] with E[g²] ≈ h/nβ, so that εGA goes with √h.
    const exact = PRECISIONS.reduce((sum, precision, i) => {
      const reach = 2e-3 * metric[i] * precision;
      return sum + ((precision - 1) / precision / 2) * (1 / (1 - reach / 4));
    }, 0);
    expect(exact).toBeGreaterThan(1.04 * STEEP_EXACT);
    expect(Math.abs(run.mean - exact)).toBeLessThan(halfWidth(run));
    expect(run.standardError).toBeLessThan(0.025);
  });

  test.each([
    ['rmsprop', STEEP, STEEP_EXACT],
    ['adam', EQUAL, EXACT],
  ] as const)('%s finds a step with a foreseen bias', async (precond, target, exact) => {
    const run = await sample(target, { sgld_precond: precond, sgld_steps: 51_000 });
    const { foreseen_bias: foreseen } = run.sampler.adaptation;
    expect(foreseen).toBeGreaterThan(0.005);
    expect(foreseen).toBeLessThan(0.0101);
    expect(Math.abs(run.mean - exact)).toBeLessThan(halfWidth(run) + 0.015 * exact);
    expect(run.standardError).toBeLessThan(0.04 * exact);
  });

  test('a coordinate that no data reaches does not stop the others', async () => {
    const target: Case = { problem: quadratic(0, 1), nbeta: 100, gamma: 1 };
    const run = await sample(target, {
      sgld_precond: 'rmsprop',
      sgld_scheme: 'leimkuhler_matthews',
    });
    const { metric } = await frozenMetric(run.sampler);
    expect(metric[0]).toBeCloseTo(100, 3);
    expect(metric[1]).toBeLessThan(metric[0]);
    expect(Math.abs(run.mean - 100 / 101 / 2)).toBeLessThan(halfWidth(run));
    expect(run.ess).toBeGreaterThan(2000);
  });

  test('the metric does not move after warm-up', async () => {
    const sampler = createSgld(inputOf(STEEP, { seed: 3 }), {
      ...SETTINGS,
      sgld_precond: 'rmsprop',
      sgld_steps: 2000,
    });
    await sampler.advance(1000);
    const { metric: before } = await frozenMetric(sampler);
    const step = sampler.adaptation['step_size'];
    await drawAll(sampler);
    const { metric: after } = await frozenMetric(sampler);
    expect(after).toEqual(before);
    expect(sampler.adaptation['step_size']).toBe(step);
  });

  test('Adam is too wide by β1/(2(1−β1)) more than Euler, to first order', async () => {
    // One direction whose metric is known from the frozen state; small reach, so that first order holds.
    const target: Case = { problem: isotropic(20), nbeta: 100, gamma: 0 };
    const run = await sample(target, {
      sgld_precond: 'adam',
      sgld_step_size: 4e-5,
      sgld_warmup: 4000,
      sgld_steps: 34_000,
    });
    const { metric } = await frozenMetric(run.sampler);
    const reach = average(Array.from(metric, (g) => 4e-5 * g * 100));
    const ratio = 1 + reach * (0.25 + 0.9 / (2 * 0.1));
    expect(ratio).toBeGreaterThan(1.05);
    expect(Math.abs(run.mean / 10 - ratio)).toBeLessThan(halfWidth(run) / 10 + (ratio - 1) ** 2);
  });
});

/** What the frozen metric is, from the saved state. */
async function frozenMetric(sampler: Sampler): Promise<{ metric: Float64Array }> {
  const { preconditioner } = (await sampler.save()).state as {
    preconditioner: { diagonal: Float64Array };
  };
  return { metric: preconditioner.diagonal };
}
