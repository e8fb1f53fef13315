import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../../src/dispatch/config/check.ts';
import { identityOf } from '../../../src/dispatch/plan/identity.ts';

const CPU = { device: 'cpu', codeVersion: 'abc' } as const;

function idsOf(
  fields: Record<string, unknown> = {},
  around: Partial<Parameters<typeof identityOf>[1]> = {},
) {
  const checked = checkConfig({ sampler: 'hmc', ...fields });
  if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
  return identityOf(checked.config, { ...CPU, ...around });
}

test('ids are twelve hex digits and the same each time', () => {
  for (const id of Object.values(idsOf())) expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(idsOf()).toEqual(idsOf());
});

test('no id reads as a number in pandas or R, neither of digits alone nor with an exponent', () => {
  const ids = Array.from({ length: 500 }, (_, seed) => idsOf({ seed })).flatMap(Object.values);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/[a-df]/.test(id))).toEqual([]);
});

describe('a run’s id stays', () => {
  const same: [string, Record<string, unknown>][] = [
    ['when another sampler changes', { sgld_steps: 20_000, mclmc_adjusted: true }],
    ['when runs lie elsewhere', { runs_dir: '/elsewhere' }],
    ['when plots are saved', { save_plots: true, max_theta_plot_dims: 3 }],
    ['when another target’s field changes', { dln_rank: 2, tanh_hidden: 5 }],
    ['when a default is given', { gamma: 1, prior_radius: 'none' }],
  ];
  test.each(same)('%s', (_, fields) => {
    expect(idsOf(fields).runId).toBe(idsOf().runId);
  });

  test('when a network’s field changes under another target', () => {
    const power = { target: 'power', power_exponents: [1, 2] };
    expect(idsOf({ ...power, depth: 3, noise_scale: 1 })).toEqual(idsOf(power));
  });

  test('when a dimension is said in another way', () => {
    const spectrum = { target: 'quadratic', quad_spectrum: [1, 1] };
    expect(idsOf({ ...spectrum, quad_dim: 2 })).toEqual(idsOf(spectrum));
  });
});

describe('a run’s id changes', () => {
  const other: [string, Record<string, unknown>][] = [
    ['with what is stored of the position', { diag_mode: 'subset' }],
    ['with the seed', { seed: 43 }],
    ['with its sampler’s fields', { hmc_draws: 4000 }],
    ['with the number type', { hmc_dtype: 'float32' }],
    ['with the sampler', { sampler: 'mclmc' }],
    ['with the chains', { chains: 5 }],
    ['with the localisation', { prior_radius: 3 }],
    ['with the data', { n_data: 500 }],
  ];
  test.each(other)('%s', (_, fields) => {
    expect(idsOf(fields).runId).not.toBe(idsOf().runId);
  });

  test('with the likelihood that its metrics name, even where no data has one', () => {
    const power = { target: 'power', power_exponents: [1, 2] };
    expect(idsOf({ ...power, likelihood: 'raw' }).runId).not.toBe(idsOf(power).runId);
  });

  test('with the device and the code', () => {
    expect(idsOf({}, { device: 'gpu' }).runId).not.toBe(idsOf().runId);
    expect(idsOf({}, { codeVersion: 'abd' }).runId).not.toBe(idsOf().runId);
  });

  test('with the dimension of a quadratic target, wherever it comes from', () => {
    const ids = [{ quad_dim: 5 }, { quad_dim: 6 }, { target_params: 7 }, {}].map(
      (fields) => idsOf({ target: 'quadratic', ...fields }).runId,
    );
    expect(new Set(ids).size).toBe(4);
    expect(idsOf({ target: 'quadratic', target_params: 5 }).runId).toBe(ids[0]);
  });
});

test('jobs of one problem and seed are a family, whatever samples it', () => {
  const family = idsOf().familyId;
  expect(idsOf({ sampler: 'sgld', sgld_steps: 9999 }).familyId).toBe(family);
  expect(idsOf({ hmc_dtype: 'float32', chains: 9 }).familyId).toBe(family);
  expect(idsOf({ seed: 7 }).familyId).not.toBe(family);
  expect(idsOf({ depth: 2 }).familyId).not.toBe(family);
});

test('training is shared where only temperature and localisation differ', () => {
  expect(idsOf({ gamma: 3, beta0: 2 }).ermKey).toBe(idsOf().ermKey);
  expect(idsOf({ noise_scale: 0.2 }).ermKey).not.toBe(idsOf().ermKey);
});
