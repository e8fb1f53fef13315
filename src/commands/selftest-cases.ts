import { eulerRatio } from '../compute/estimator/sampler-bias.ts';
import type { SamplerName } from '../compute/settings.ts';
import type { Config } from '../dispatch/config/schema.ts';

/** A posterior whose estimate is known, and the samplers that are held to it. */
export interface SelftestCase {
  readonly name: string;
  readonly problem: Partial<Config>;
  /** E[nβ(L − L0)] under the continuous posterior, by closed form or quadrature (docs/samplers.md). */
  readonly expected: number;
  readonly samplers: readonly SamplerName[];
}

const EXACT: readonly SamplerName[] = ['hmc', 'sghmc', 'mclmc'];

/** Temperature given by the product nβ itself. */
function hot(nbeta: number): Partial<Config> {
  return { n_data: 1000, beta_mode: 'fixed', beta0: nbeta / 1000, gamma: 1 };
}

export const SELFTEST_CASES: readonly SelftestCase[] = [
  {
    name: 'quadratic, d 10, n 1000',
    problem: { target: 'quadratic', quad_dim: 10, n_data: 1000, gamma: 1 },
    expected: 4.9656981722,
    samplers: EXACT,
  },
  {
    name: 'the same by SGLD at a step of .004',
    problem: {
      target: 'quadratic',
      quad_dim: 10,
      n_data: 1000,
      gamma: 1,
      sgld_scheme: 'euler',
      sgld_precond: 'none',
      sgld_step_size: 0.004,
      sgld_dtype: 'float64',
    },
    // What the sampler gives at its finite step, not the posterior's own value.
    expected: 4.9656981722 * eulerRatio({ stepSize: 0.004 })(1000 / Math.log(1000) + 1),
    samplers: ['sgld'],
  },
  {
    name: 'the same with Leimkuhler-Matthews noise',
    problem: {
      target: 'quadratic',
      quad_dim: 10,
      n_data: 1000,
      gamma: 1,
      sgld_scheme: 'leimkuhler_matthews',
      sgld_precond: 'none',
      sgld_step_size: 0.004,
      sgld_dtype: 'float64',
    },
    expected: 4.9656981722,
    samplers: ['sgld'],
  },
  {
    name: 'quadratic .01 .1 1 10, gamma 1',
    problem: { target: 'quadratic', quad_spectrum: [0.01, 0.1, 1, 10], n_data: 1000, gamma: 1 },
    expected: 1.7596398692,
    samplers: EXACT,
  },
  {
    name: 'quadratic .01 .1 1 10, gamma 100',
    problem: { target: 'quadratic', quad_spectrum: [0.01, 0.1, 1, 10], n_data: 1000, gamma: 100 },
    expected: 0.8337792221,
    samplers: EXACT,
  },
  {
    name: 'power 2 3, nbeta 100',
    problem: { target: 'power', power_exponents: [2, 3], ...hot(100) },
    expected: 0.241717587204 + 0.155617345872,
    samplers: EXACT,
  },
  {
    name: 'crossing 1 1, nbeta 100',
    problem: { target: 'crossing', crossing_powers: [1, 1], ...hot(100) },
    expected: 0.338767777086,
    samplers: EXACT,
  },
  {
    name: 'crossing 1 2, nbeta 100',
    problem: { target: 'crossing', crossing_powers: [1, 2], ...hot(100) },
    expected: 0.19763,
    samplers: EXACT,
  },
  {
    name: 'dln 2 2 2, nbeta 100',
    problem: { target: 'dln', dln_widths: [2, 2, 2], ...hot(100) },
    expected: 1.35632593,
    samplers: EXACT,
  },
  {
    name: 'dln 4 2 2, nbeta 1000',
    problem: { target: 'dln', dln_widths: [4, 2, 2], ...hot(1000) },
    expected: 1.96895041,
    samplers: EXACT,
  },
  {
    name: 'dln 1 1 1 1, nbeta 100',
    problem: { target: 'dln', dln_widths: [1, 1, 1, 1], ...hot(100) },
    expected: 0.2422915,
    samplers: ['hmc', 'sghmc'],
  },
  {
    name: 'tanh 1, nbeta 100',
    problem: { target: 'tanh', tanh_hidden: 1, ...hot(100) },
    expected: 0.3657107,
    samplers: EXACT,
  },
];
