import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMclmc } from '../../../src/compute/samplers/mclmc.ts';
import type { Draw } from '../../../src/compute/samplers/sampler.ts';
import type { MclmcSettings } from '../../../src/compute/settings.ts';
import {
  average,
  type Case,
  drawAll,
  estimateOf,
  inputOf,
  isotropic,
  quadratic,
  statistic,
  tanhNetwork,
  temper,
  zeroNetwork,
} from './full-gradient-run.ts';

const SETTINGS: MclmcSettings = {
  chains: 4,
  mclmc_draws: 8000,
  mclmc_eval_every: 1,
  mclmc_thin: 4000,
  mclmc_tune_steps: 2000,
  mclmc_integrator: 'isokinetic_mclachlan',
  mclmc_diagonal_preconditioning: false,
  mclmc_desired_energy_var: 5e-4,
  mclmc_adjusted: false,
  mclmc_adjusted_target_accept: 0.9,
  mclmc_dtype: 'float64',
};
const PRECONDITIONED = { mclmc_diagonal_preconditioning: true };

async function sample(target: Case, settings: Partial<MclmcSettings> = {}, seed = 1) {
  const sampler = createMclmc(inputOf(target, { seed }), { ...SETTINGS, ...settings });
  const draws = await drawAll(sampler);
  return { sampler, draws, ...estimateOf(target, draws) };
}

const ILL: Case = { problem: quadratic(0.01, 0.1, 1, 10), nbeta: temper(1000), gamma: 1 };
const TEN: Case = { problem: isotropic(10), nbeta: temper(1000), gamma: 1 };
const HUNDRED: Case = { problem: isotropic(100), nbeta: temper(1000), gamma: 1 };
/** Narrow arms, and leave to step as far as one likes: many steps end far up a wall. */
const DIVERGING: Case = {
  problem: { kind: 'crossing', powers: [2, 2] },
  nbeta: 1000,
  gamma: 1,
};
const RECKLESS = { mclmc_tune_steps: 100, mclmc_desired_energy_var: 1e5 };
const HUNDRED_EXACT = (50 * HUNDRED.nbeta) / (HUNDRED.nbeta + 1);

describe('the estimate is exact within five percent', () => {
  test.each<[string, Case, number, Partial<MclmcSettings>]>([
    ['10 equal directions', TEN, 4.9656981722, {}],
    ['10 equal directions, preconditioned', TEN, 4.9656981722, PRECONDITIONED],
    ['ill-conditioned', ILL, 1.7596398692, {}],
    ['ill-conditioned, preconditioned', ILL, 1.7596398692, PRECONDITIONED],
    ['ill-conditioned, gamma 10', { ...ILL, gamma: 10 }, 1.323214087, PRECONDITIONED],
    ['ill-conditioned, gamma 100', { ...ILL, gamma: 100 }, 0.8337792221, PRECONDITIONED],
    [
      'two-layer network 2,2,2',
      { problem: zeroNetwork(2, 2, 2), nbeta: 1000, gamma: 1 },
      1.44176233,
      {},
    ],
    [
      'two-layer network 4,2,2',
      { problem: zeroNetwork(4, 2, 2), nbeta: 1000, gamma: 1 },
      1.96895041,
      {},
    ],
    [
      'crossing 1,1',
      { problem: { kind: 'crossing', powers: [1, 1] }, nbeta: 1000, gamma: 1 },
      0.381343704545,
      {},
    ],
    [
      'crossing 2,2',
      { problem: { kind: 'crossing', powers: [2, 2] }, nbeta: 1000, gamma: 1 },
      0.160372,
      { mclmc_draws: 16000 },
    ],
    [
      'powers 1, 2 and 3',
      { problem: { kind: 'power', exponents: [1, 2, 3] }, nbeta: 100, gamma: 1 },
      0.497512437811 + 0.241717587204 + 0.155617345872,
      {},
    ],
    ['tanh network', { problem: tanhNetwork(1), nbeta: 1000, gamma: 1 }, 0.3995805, {}],
  ])('%s', async (_name, target, exact, settings) => {
    const { mean, ess } = await sample(target, settings);
    expect(ess).toBeGreaterThan(500);
    expect(Math.abs(mean / exact - 1)).toBeLessThan(0.05);
  });

  test.each([
    ['isokinetic_velocity_verlet', 1],
    ['isokinetic_mclachlan', 2],
    ['isokinetic_yoshida', 3],
    ['isokinetic_omelyan', 5],
  ] as const)('%s, with %i gradients a step', async (integrator, gradients) => {
    const { mean, virial, draws, sampler } = await sample(HUNDRED, {
      ...PRECONDITIONED,
      mclmc_integrator: integrator,
      mclmc_draws: 2000,
    });
    expect(Math.abs(mean / HUNDRED_EXACT - 1)).toBeLessThan(0.05);
    // On equal directions the virial is the bias.
    expect(Math.abs(mean / HUNDRED_EXACT - virial)).toBeLessThan(0.002);
    expect(sampler.work.sampling).toBe(2000 * gradients);
    expect(new Set(statistic(draws, 'n_steps'))).toEqual(new Set([gradients]));
  });

  test('positions in single precision', async () => {
    const { mean } = await sample({ ...TEN, dtype: 'float32' });
    expect(Math.abs(mean / 4.9656981722 - 1)).toBeLessThan(0.05);
  });
});

test('the tuned step meets the desired energy variance', async () => {
  const scale = new Float64Array(100).fill(1 / Math.sqrt(HUNDRED.nbeta + 1));
  for (const desired of [5e-4, 5e-3]) {
    const { draws } = await sample(
      { ...HUNDRED, scale },
      {
        mclmc_draws: 2000,
        mclmc_desired_energy_var: desired,
      },
    );
    const changes = statistic(draws, 'energy_change');
    const variance = average(changes.map((change) => change ** 2)) / 100;
    expect(variance / desired).toBeGreaterThan(0.5);
    expect(variance / desired).toBeLessThan(1.5);
  }
});

test('a smaller desired energy variance means a smaller bias', async () => {
  const bias = async (desired: number) => {
    const settings = { ...PRECONDITIONED, mclmc_desired_energy_var: desired };
    const { mean } = await sample(TEN, settings);
    return Math.abs(mean / 4.9656981722 - 1);
  };
  const [loose, tight] = [await bias(5e-3), await bias(1e-5)];
  expect(loose).toBeGreaterThan(0.03);
  // Four standard errors of a relative 0.0025.
  expect(tight).toBeLessThan(0.01);
});

test('work counts every gradient once', async () => {
  const scale = new Float64Array(10).fill(1 / Math.sqrt(TEN.nbeta + 1));
  const { sampler } = await sample({ ...TEN, scale }, { mclmc_draws: 100, mclmc_tune_steps: 200 });
  // w0 and the start, and 5 power iterations of 2.
  expect(sampler.work).toEqual({ warmup: 2 * 200 + 2 + 10, sampling: 2 * 100, evaluation: 0 });
});

test('one dimension is refused', () => {
  const input = inputOf({ problem: isotropic(1), nbeta: 1, gamma: 1 }, { seed: 1 });
  expect(() => createMclmc(input, SETTINGS)).toThrow('two dimensions');
});

test('a step that diverges is undone and counted', async () => {
  const { draws } = await sample(DIVERGING, { ...RECKLESS, mclmc_draws: 300 });
  const diverging = statistic(draws, 'diverging');
  expect(diverging.filter((yes) => yes === 1).length).toBeGreaterThan(10);
  expect(statistic(draws, 'lp').every(Number.isFinite)).toBe(true);
  for (let i = 1; i < draws.length; i++) {
    draws[i].stats['diverging'].forEach((yes, chain) => {
      if (yes === 1) expect(draws[i].loss[chain]).toBe(draws[i - 1].loss[chain]);
    });
  }
});

describe('draws do not depend on blocks, nor on saving and restoring anywhere', () => {
  test.each<[string, Case, Partial<MclmcSettings>]>([
    [
      'tuning, burn-in and sampling',
      { problem: zeroNetwork(2, 1, 2), nbeta: 100, gamma: 1 },
      { ...PRECONDITIONED, mclmc_tune_steps: 60 },
    ],
    ['blocks with divergences', DIVERGING, { ...RECKLESS, mclmc_eval_every: 1 }],
    [
      'the adjusted form',
      { problem: zeroNetwork(2, 1, 2), nbeta: 100, gamma: 1 },
      { ...PRECONDITIONED, mclmc_tune_steps: 30, mclmc_adjusted: true },
    ],
  ])('%s', async (_name, target, changes) => {
    const settings = {
      ...SETTINGS,
      mclmc_draws: 90,
      mclmc_eval_every: 2,
      mclmc_thin: 30,
      ...changes,
    };
    const make = () => createMclmc(inputOf(target, { seed: 1 }), settings);
    const whole = make();
    const expected = await drawAll(whole);
    expect(statistic(expected, 'diverging').includes(1)).toBe(target === DIVERGING);
    const end = await whole.save();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1 }),
        async (blocks) => {
          let sampler = make();
          const draws: Draw[] = [];
          for (let i = 0; sampler.done < sampler.total; i++) {
            draws.push(...(await sampler.advance(blocks[i % blocks.length])));
            const saved = structuredClone(await sampler.save());
            sampler = make();
            sampler.restore(saved);
          }
          expect(draws).toEqual(expected);
          expect(await sampler.save()).toEqual(end);
          expect(sampler.work).toEqual(whole.work);
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });
});

describe('adjusted', () => {
  const ADJUSTED = {
    ...PRECONDITIONED,
    mclmc_adjusted: true,
    mclmc_draws: 2000,
    mclmc_tune_steps: 500,
  };

  test.each<[string, Case, number, Partial<MclmcSettings>]>([
    ['10 equal directions', TEN, 4.9656981722, {}],
    ['100 equal directions', HUNDRED, HUNDRED_EXACT, { mclmc_draws: 500 }],
    ['ill-conditioned', ILL, 1.7596398692, {}],
    ['no preconditioner', ILL, 1.7596398692, { mclmc_diagonal_preconditioning: false }],
    [
      'two-layer network 2,2,2',
      { problem: zeroNetwork(2, 2, 2), nbeta: 100, gamma: 1 },
      1.35632593,
      {},
    ],
    ['velocity Verlet', TEN, 4.9656981722, { mclmc_integrator: 'isokinetic_velocity_verlet' }],
  ])('is exact within four standard errors: %s', async (_name, target, exact, settings) => {
    const { mean, standardError } = await sample(target, { ...ADJUSTED, ...settings });
    expect(Math.abs(mean - exact)).toBeLessThan(4 * standardError);
  });

  test('meets the acceptance it aims at', async () => {
    const { draws, sampler } = await sample(HUNDRED, { ...ADJUSTED, mclmc_draws: 300 });
    expect(average(statistic(draws, 'acceptance_rate'))).toBeCloseTo(0.9, 1);
    const steps = statistic(draws, 'n_steps').reduce((sum, count) => sum + count, 0) / 4;
    expect(sampler.work.sampling).toBe(2 * steps);
  });
});
