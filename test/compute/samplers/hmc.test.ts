import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHmc } from '../../../src/compute/samplers/hmc.ts';
import type { Draw } from '../../../src/compute/samplers/sampler.ts';
import type { HmcSettings } from '../../../src/compute/settings.ts';
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

const SETTINGS: HmcSettings = {
  chains: 4,
  hmc_draws: 2000,
  hmc_warmup: 1000,
  hmc_num_integration_steps: 10,
  hmc_trajectory_length: null,
  hmc_target_accept: 0.8,
  hmc_jitter: 0.2,
  hmc_eval_every: 1,
  hmc_thin: 1000,
  hmc_dtype: 'float64',
};

async function sample(target: Case, settings: Partial<HmcSettings> = {}, seed = 1) {
  const sampler = createHmc(inputOf(target, { seed }), { ...SETTINGS, ...settings });
  const draws = await drawAll(sampler);
  return { sampler, draws, ...estimateOf(target, draws) };
}

const ILL = quadratic(0.01, 0.1, 1, 10);
const STANDARD: Case = { problem: isotropic(10), nbeta: temper(1000), gamma: 1 };

// Quadrature and closed forms under the continuous posterior.
const EXACT: readonly (Case & { name: string; exact: number })[] = [
  {
    name: 'quadratic, 4 equal directions',
    problem: isotropic(4),
    nbeta: temper(100),
    gamma: 1,
    exact: 1.9119513849,
  },
  {
    name: 'quadratic, 10 equal directions',
    problem: isotropic(10),
    nbeta: temper(1000),
    gamma: 1,
    exact: 4.9656981722,
  },
  {
    name: 'quadratic, 10 equal directions, strongly localised',
    problem: isotropic(10),
    nbeta: temper(1000),
    gamma: 100,
    exact: 2.957222835,
  },
  {
    name: 'quadratic, ill-conditioned, gamma 1',
    problem: ILL,
    nbeta: temper(1000),
    gamma: 1,
    exact: 1.7596398692,
  },
  {
    name: 'quadratic, ill-conditioned, gamma 10',
    problem: ILL,
    nbeta: temper(1000),
    gamma: 10,
    exact: 1.323214087,
  },
  {
    name: 'quadratic, ill-conditioned, gamma 100',
    problem: ILL,
    nbeta: temper(1000),
    gamma: 100,
    exact: 0.8337792221,
  },
  {
    name: 'two-layer network 2,2,2 at kappa 1e2',
    problem: zeroNetwork(2, 2, 2),
    nbeta: 100,
    gamma: 1,
    exact: 1.35632593,
  },
  {
    name: 'two-layer network 2,2,2 at kappa 1e3',
    problem: zeroNetwork(2, 2, 2),
    nbeta: 1000,
    gamma: 1,
    exact: 1.44176233,
  },
  {
    name: 'two-layer network 4,2,2 at kappa 1e2',
    problem: zeroNetwork(4, 2, 2),
    nbeta: 100,
    gamma: 1,
    exact: 1.90260006,
  },
  {
    name: 'two-layer network 4,2,2 at kappa 1e3',
    problem: zeroNetwork(4, 2, 2),
    nbeta: 1000,
    gamma: 1,
    exact: 1.96895041,
  },
  {
    name: 'three scalars at kappa 1e2',
    problem: { kind: 'dln', widths: [1, 1, 1, 1], target: new Float64Array(1) },
    nbeta: 100,
    gamma: 1,
    exact: 0.2422915,
  },
  {
    name: 'crossing 1,1',
    problem: { kind: 'crossing', powers: [1, 1] },
    nbeta: 1000,
    gamma: 1,
    exact: 0.381343704545,
  },
  {
    name: 'crossing 1,2',
    problem: { kind: 'crossing', powers: [1, 2] },
    nbeta: 1000,
    gamma: 1,
    exact: 0.22015,
  },
  {
    name: 'crossing 2,2',
    problem: { kind: 'crossing', powers: [2, 2] },
    nbeta: 1000,
    gamma: 1,
    exact: 0.160372,
  },
  {
    name: 'powers 1, 2 and 3',
    problem: { kind: 'power', exponents: [1, 2, 3] },
    nbeta: 100,
    gamma: 1,
    exact: 0.497512437811 + 0.241717587204 + 0.155617345872,
  },
  { name: 'tanh network', problem: tanhNetwork(1), nbeta: 1000, gamma: 1, exact: 0.3995805 },
];

describe('the estimate is exact within four standard errors', () => {
  test.each(EXACT)('$name', async ({ exact, ...target }) => {
    const { mean, standardError, ess } = await sample(target);
    expect(ess).toBeGreaterThan(500);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * standardError);
  });

  test('a centre beside the minimum gives the exact negative value', async () => {
    const spectrum = [1, 2, 4];
    const delta = [0.3, -0.2, 0.25];
    const nbeta = 50;
    const gamma = 5;
    const exact = spectrum.reduce((sum, h, i) => {
      const share = (nbeta * h) / (nbeta * h + gamma);
      return sum + 0.5 * share + 0.5 * nbeta * h * delta[i] ** 2 * ((1 - share) ** 2 - 1);
    }, 0);
    expect(exact).toBeLessThan(-5);
    const target = {
      problem: quadratic(...spectrum),
      nbeta,
      gamma,
      center: Float64Array.from(delta),
    };
    const { mean, standardError } = await sample(target);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * standardError);
  });

  test('trajectories of a length instead of a number of steps', async () => {
    const target = { problem: ILL, nbeta: temper(1000), gamma: 1 };
    const { mean, standardError, draws, sampler } = await sample(target, {
      hmc_trajectory_length: 2,
    });
    expect(Math.abs(mean - 1.7596398692)).toBeLessThan(4 * standardError);
    const { step_size: stepSize } = sampler.adaptation;
    expect(new Set(statistic(draws, 'n_steps'))).toEqual(new Set([Math.ceil(2 / stepSize)]));
  });

  test('positions in single precision', async () => {
    const target: Case = { ...STANDARD, dtype: 'float32' };
    const { mean, standardError } = await sample(target);
    expect(Math.abs(mean - 4.9656981722)).toBeLessThan(4 * standardError);
  });
});

test('the virial is one', async () => {
  const { virial, ess } = await sample(STANDARD);
  // For d equal directions the virial is χ²_d/d a draw.
  expect(Math.abs(virial - 1)).toBeLessThan(4 * Math.sqrt(2 / 10 / ess));
});

test('jitter keeps the effective sample size steady where fixed steps resonate', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { ess } = await sample(STANDARD, { hmc_draws: 1000 }, seed);
    expect(ess / 4000).toBeGreaterThan(0.15);
    expect(ess / 4000).toBeLessThan(0.5);
  }
});

describe('warm-up', () => {
  test('meets the acceptance it aims at, or a little more', async () => {
    for (const target of [0.7, 0.8, 0.9]) {
      const { draws } = await sample(STANDARD, { hmc_target_accept: target });
      const acceptance = average(statistic(draws, 'acceptance_rate'));
      expect(acceptance).toBeGreaterThan(target - 0.03);
      expect(acceptance).toBeLessThan(target + 0.12);
    }
  });

  test('finds the metric from a scale that is wrong by orders of magnitude', async () => {
    const spectrum = [1e-2, 1, 1e2, 1e4];
    const { sampler, mean, standardError } = await sample({
      problem: quadratic(...spectrum),
      nbeta: 100,
      gamma: 1,
      scale: new Float64Array(4).fill(1),
    });
    expect(sampler.adaptation['largest_curvature']).toBeCloseTo(1, 1);
    expect(sampler.adaptation['step_size']).toBeGreaterThan(0.7);
    const exact = spectrum.reduce((sum, h) => sum + (0.5 * 100 * h) / (100 * h + 1), 0);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * standardError);
  });

  test('turns cautious on a posterior of many scales and on no other', async () => {
    const singular = await sample({
      problem: { kind: 'crossing', powers: [1, 2] },
      nbeta: 1000,
      gamma: 1,
    });
    expect(singular.sampler.adaptation['target_accept']).toBe(0.95);
    const regular = await sample({ problem: ILL, nbeta: temper(1000), gamma: 1 });
    expect(regular.sampler.adaptation['target_accept']).toBe(0.8);
    expect(statistic(regular.draws, 'diverging').every((diverging) => diverging === 0)).toBe(true);
  });

  test('none at all leaves a usable step', async () => {
    const { mean, standardError } = await sample(STANDARD, { hmc_warmup: 0 });
    expect(Math.abs(mean - 4.9656981722)).toBeLessThan(4 * standardError);
  });
});

test('the energy is that of the state that was kept', async () => {
  const { draws } = await sample(STANDARD);
  const energies = statistic(draws, 'energy');
  const kinetic = statistic(draws, 'lp').map((lp, i) => energies[i] + lp);
  expect(Math.min(...kinetic)).toBeGreaterThan(0);
  // d/2, with the standard error of independent χ²_10/2.
  expect(Math.abs(average(kinetic) - 5)).toBeLessThan(0.25);
});

test('work counts every gradient once', async () => {
  const scale = new Float64Array(10).fill(1 / Math.sqrt(STANDARD.nbeta + 1));
  const target = { ...STANDARD, scale };
  const { sampler } = await sample(target, { hmc_draws: 50, hmc_warmup: 100 });
  // w0 and the start, 5 power iterations of 2 at the start and twice at the one window's end.
  expect(sampler.work).toEqual({
    warmup: 100 * 10 + 2 + 10 + 20,
    sampling: 50 * 10,
    evaluation: 0,
  });
});

test('draws are recorded every so many transitions and positions kept more seldom', async () => {
  const { draws } = await sample(STANDARD, {
    hmc_draws: 20,
    hmc_warmup: 5,
    hmc_eval_every: 3,
    hmc_thin: 6,
  });
  expect(draws.map((draw) => draw.transition)).toEqual([0, 3, 6, 9, 12, 15, 18]);
  const kept = draws.filter((draw) => draw.position !== null);
  expect(kept.map((draw) => draw.transition)).toEqual([0, 6, 12, 18]);
  for (const draw of kept) {
    const first = draw.position!.subarray(0, 10);
    const squares = first.reduce((sum, w) => sum + w * w, 0);
    expect(draw.loss[0]).toBeCloseTo(0.5 * squares, 12);
    expect(draw.meters!.squaredDistance[0]).toBeCloseTo(squares, 12);
    expect(draw.meters!.virialLoss[0]).toBeCloseTo(squares, 12);
  }
});

test('draws do not depend on blocks, nor on saving and restoring anywhere', async () => {
  const target: Case = { problem: zeroNetwork(2, 1, 2), nbeta: 100, gamma: 1 };
  const settings = { ...SETTINGS, hmc_warmup: 40, hmc_draws: 20, hmc_thin: 3 };
  const make = () => createHmc(inputOf(target, { seed: 3, chains: 2 }), settings);
  const whole = make();
  const expected = await drawAll(whole);
  const end = await whole.save();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1 }),
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
    { numRuns: 15, seed: 1 },
  );
});

test('a state of another sampler is refused', () => {
  const sampler = createHmc(inputOf(STANDARD, { seed: 1 }), SETTINGS);
  expect(() => sampler.restore({ sampler: 'sgld', state: {} })).toThrow('sgld');
});
