import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../../src/dispatch/config/check.ts';
import { FIELDS } from '../../../src/dispatch/config/fields.ts';

function issuesOf(raw: unknown) {
  const checked = checkConfig(raw);
  return checked.ok ? [] : checked.issues;
}
const pathsOf = (raw: unknown) => issuesOf(raw).map(({ path }) => path);

function configOf(raw: unknown) {
  const checked = checkConfig(raw);
  if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
  return checked.config;
}

test('nothing given is the defaults of every field', () => {
  const config = configOf({});
  expect(Object.keys(config)).toEqual(FIELDS.map(({ name }) => name));
  for (const field of FIELDS) expect(config[field.name]).toEqual(field.default);
});

test('an unknown name is refused with the nearest known one', () => {
  expect(issuesOf({ sgld_step: 5 })).toEqual([
    {
      path: 'sgld_step',
      got: '5',
      expected: 'a known field',
      hint: expect.stringMatching(/did you mean sgld_steps?/),
    },
  ]);
  expect(issuesOf({ 'sgld-steps': 5 })[0].hint).toBe('did you mean sgld_steps?');
  expect(issuesOf({ zzzzzzzzzz: 1 })[0].hint).toBe('');
});

test('all faults are told at once, with what was got and what is expected', () => {
  const issues = issuesOf({ chains: 0, target: 'mpl', quad_spectrum: [1, -1, 'x'], n_data: 2.5 });
  expect(issues.map(({ path, got }) => [path, got])).toEqual([
    ['chains', '0'],
    ['target', '"mpl"'],
    ['quad_spectrum[1]', '-1'],
    ['quad_spectrum[2]', '"x"'],
    ['n_data', '2.5'],
  ]);
  expect(issues[0].expected).toBe('an integer from 1 to 10000');
  expect(issues[1].hint).toBe('did you mean mlp?');
});

test('a value with several faults is told once', () => {
  expect(pathsOf({ chains: 1e99, widths: [2, -1.5] })).toEqual(['chains', 'widths[1]']);
});

test('what is no mapping is refused', () => {
  for (const raw of [null, 3, 'a', [], [1]]) expect(issuesOf(raw)).toHaveLength(1);
});

test('a list of one sampler, as the original has it, is that sampler', () => {
  expect(configOf({ samplers: ['hmc'] }).sampler).toBe('hmc');
  expect(pathsOf({ samplers: ['hmc', 'sgld'] })).toEqual(['samplers']);
  expect(pathsOf({ samplers: [] })).toEqual(['samplers']);
  expect(pathsOf({ samplers: ['hmc'], sampler: 'sgld' })).toEqual(['samplers']);
});

test('names of the original that do nothing are accepted with a note', () => {
  const checked = checkConfig({ use_tqdm: true, save_manifest: false });
  expect(checked).toMatchObject({ ok: true });
  expect(checked.ok && checked.notes).toEqual([
    'use_tqdm does nothing here and is ignored',
    'save_manifest does nothing here and is ignored',
  ]);
});

describe('contradictions between fields', () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['a batch larger than the data', { n_data: 100, sgld_batch_size: 101 }, 'sgld_batch_size'],
    ['no step after warm-up', { sgld_steps: 1000, sgld_warmup: 1000 }, 'sgld_steps'],
    [
      'no step after the warm-up of SGHMC',
      { sampler: 'sghmc', sghmc_steps: 5, sghmc_warmup: 9 },
      'sghmc_steps',
    ],
    ['three recorded draws', { sampler: 'hmc', hmc_draws: 30, hmc_eval_every: 10 }, 'hmc_draws'],
    [
      'two dimensions and three eigenvalues',
      { target: 'quadratic', quad_dim: 2, quad_spectrum: [1, 1, 1] },
      'quad_dim',
    ],
    ['dln without widths', { target: 'dln' }, 'dln_widths'],
    ['dln of one width', { target: 'dln', dln_widths: [3] }, 'dln_widths'],
    [
      'a rank above the narrowest width',
      { target: 'dln', dln_widths: [3, 2, 3], dln_rank: 3 },
      'dln_rank',
    ],
    ['crossing without powers', { target: 'crossing' }, 'crossing_powers'],
    ['power without exponents', { target: 'power' }, 'power_exponents'],
    ['tanh without units', { target: 'tanh' }, 'tanh_hidden'],
    [
      'MCLMC in one dimension',
      { target: 'power', power_exponents: [2], sampler: 'mclmc' },
      'sampler',
    ],
    ['a depth that is not the number of widths', { widths: [5, 5], depth: 3 }, 'depth'],
    ['no noise under a likelihood', { noise_scale: 0 }, 'noise_scale'],
    [
      'no noise under t_regression',
      { noise_scale: 0, likelihood: 'raw', loss: 't_regression' },
      'noise_scale',
    ],
    ['no localisation of a network', { gamma: 0 }, 'gamma'],
    [
      'no localisation along a flat axis',
      { target: 'quadratic', quad_spectrum: [1, 0], gamma: 0 },
      'gamma',
    ],
    [
      'no localisation of crossing lines',
      { target: 'crossing', crossing_powers: [1, 1], gamma: 0 },
      'gamma',
    ],
    ['a radius so large that nothing is localised', { prior_radius: 1e200 }, 'prior_radius'],
    ['a radius so small that no number holds gamma', { prior_radius: 1e-200 }, 'prior_radius'],
    ['a temperature that no number holds', { beta0: 1e300 }, 'beta0'],
    ['noise so small that no number holds the likelihood', { noise_scale: 1e-200 }, 'noise_scale'],
    [
      'a curvature that no number holds',
      { target: 'quadratic', quad_spectrum: [1, 1e300] },
      'quad_spectrum',
    ],
    ['centres out of the range of squares', { mixture_spread: 1e200 }, 'mixture_spread'],
    [
      'inputs with all but no degree of freedom',
      { x_dist: 'heavy_tail', student_df: 1e-9 },
      'student_df',
    ],
    ['both ways to localise', { gamma: 2, prior_radius: 3 }, 'gamma'],
    ['positions of many terabytes', { target: 'quadratic', quad_dim: 1e9 }, 'quad_dim'],
    ['data of many gigabytes', { n_data: 1e9 }, 'n_data'],
    ['a teacher of many gigabytes', { teacher_widths: [1e9] }, 'teacher_widths'],
    ['centres of many gigabytes', { x_dist: 'mixture', mixture_k: 1e9 }, 'mixture_k'],
    [
      'latent inputs of many gigabytes',
      { x_dist: 'lowdim_manifold', x_dim_latent: 1e9 },
      'x_dim_latent',
    ],
    [
      'products of layers of many gigabytes',
      { target: 'dln', dln_widths: [100_000, 1, 100_000] },
      'dln_widths',
    ],
    [
      'training in many gigabytes',
      { target_params: 100_000_000, chains: 1, diag_mode: 'none' },
      'target_params',
    ],
    [
      'traces of many gigabytes',
      { sampler: 'hmc', hmc_draws: 1e9, diag_mode: 'none' },
      'hmc_draws',
    ],
  ];
  test.each(cases)('%s is refused', (_, raw, path) => {
    expect(pathsOf(raw)).toEqual([path]);
  });

  const accepted: [string, Record<string, unknown>][] = [
    ['a batch of all the data', { n_data: 256 }],
    ['a sampler that does not run', { sgld_steps: 1, sampler: 'hmc' }],
    ['no noise where the loss is raw', { noise_scale: 0, likelihood: 'raw' }],
    ['a batch where there is no data', { target: 'power', power_exponents: [1, 2], n_data: 10 }],
    [
      'a proper posterior without localisation',
      { target: 'power', power_exponents: [2], gamma: 0 },
    ],
    ['extremes that nothing uses', { student_df: 1e-9, mixture_k: 1e9, x_dim_latent: 1e9 }],
    ['four recorded draws', { sampler: 'hmc', hmc_draws: 31, hmc_eval_every: 10 }],
  ];
  test.each(accepted)('%s is accepted', (_, raw) => {
    expect(pathsOf(raw)).toEqual([]);
  });

  test('a refusal for size says the size', () => {
    expect(issuesOf({ n_data: 1e9 })[0].hint).toContain('264 GB');
  });
});

describe('localisation', () => {
  test('a prior radius unsets the default gamma', () => {
    expect(configOf({ prior_radius: 3 })).toMatchObject({ gamma: null, prior_radius: 3 });
  });
  test('none for both is the default', () => {
    expect(configOf({ prior_radius: 'none', gamma: null })).toMatchObject({ gamma: 1 });
  });
});

test('widths say the depth; a hidden width unsets the default number of parameters', () => {
  expect(configOf({ widths: [7, 8, 9] }).depth).toBe(3);
  expect(configOf({ hidden: 50 }).target_params).toBeNull();
  expect(configOf({ hidden: 50, target_params: 100 }).target_params).toBe(100);
});
