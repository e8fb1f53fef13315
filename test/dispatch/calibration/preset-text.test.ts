import { expect, test } from 'vitest';
import type { Recommendation } from '../../../src/dispatch/calibration/advise.ts';
import { lengths, mapPlan } from '../../../src/dispatch/calibration/map-plan.ts';
import { presetText } from '../../../src/dispatch/calibration/preset-text.ts';
import { checkConfig } from '../../../src/dispatch/config/check.ts';
import { presetValues } from '../../../src/dispatch/config/presets.ts';
import type { Config } from '../../../src/dispatch/config/schema.ts';
import { parseYaml } from '../../../src/dispatch/config/yaml-file.ts';

function configOf(fields: Record<string, unknown>): Config {
  const checked = checkConfig(fields);
  if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
  return checked.config;
}

const ADVICE: Recommendation = {
  stepSize: 0.001,
  beta0: 1,
  gamma: 3,
  transitions: 5000,
  longer: 0.5,
  moreWarmup: true,
  site: {
    stepSize: 0.001,
    beta0: 1,
    gamma: 3,
    llc: 2,
    se: 0.01,
    relativeSe: 0.005,
    readings: [],
    doubt: '',
  },
  expectedSe: 0.01,
  bias: 0.004,
  within: 0.024,
};

const STORY = {
  sweepId: '1126-1203-calibrate',
  date: '2026-11-26',
  version: '0.1.0',
  name: 'p.yaml',
  warnings: ['no plateau: look\nat it'],
  ground: 'Plateau: here.',
  search: null,
};

test.each([
  { target: 'quadratic', quad_spectrum: [0.1, 1] },
  { target: 'dln', dln_widths: [4, 2, 2], dln_rank: 1 },
  { target: 'mlp', widths: [5, 7], x_dist: 'mixture' },
  { target: 'mlp', hidden: 20, target_params: null },
])('a preset file gives back the job with the recommended length: $target', (problem) => {
  const { target } = problem;
  const job = configOf({
    ...presetValues('quick', { target: target as Config['target'] }),
    ...problem,
    prior_radius: null,
    gamma: 3,
    sampler: 'sgld',
    sgld_step_size: 0.001,
    sgld_warmup: 1000,
    seed: 9,
  });
  const text = presetText(job, ADVICE, STORY);
  const parsed = parseYaml(text, 'p.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const again = configOf(parsed.value as Record<string, unknown>);
  expect(again).toEqual({ ...job, sgld_warmup: 2000, sgld_steps: 7000, seed: 42 });
  expect(text).toContain('# WARNING: no plateau: look at it.');
  expect(text).toContain('within 2.4 %');
});

test('a map is problems of beta and gamma times samplers of steps, and no flag may speak for them', () => {
  const config = configOf({ sampler: 'sgld', prior_radius: 10, sgld_steps: 5000 });
  const plan = mapPlan([{ config, stepSize: 0.02, longer: 2 }], {
    step: [0.5, 1],
    beta: [1],
    gamma: [0.1, 1],
  });
  const gamma = (32 * 303 + 303 + 303 + 1) / 100;
  expect(plan.problems).toEqual([
    { name: 'b1-g0.1', overrides: { beta0: 1, gamma: Number((gamma / 10).toPrecision(6)) } },
    { name: 'b1-g1', overrides: { beta0: 1, gamma } },
  ]);
  const length = { sgld_warmup: 2000, sgld_steps: 10_000 };
  expect(lengths(config, 2)).toEqual(length);
  // Half the step takes twice as long to arrive.
  const slower = { sgld_warmup: 4000, sgld_steps: 12_000 };
  expect(plan.samplers).toEqual([
    { name: 'sgld-e0.5', overrides: { sampler: 'sgld', sgld_step_size: 0.01, ...slower } },
    { name: 'sgld-e1', overrides: { sampler: 'sgld', sgld_step_size: 0.02, ...length } },
  ]);
  for (const name of ['sampler', 'gamma', 'prior_radius', 'beta0', 'sgld_step_size', 'sgld_steps'])
    expect(plan.spokenFor.has(name)).toBe(true);
  expect(plan.spokenFor.has('n_data')).toBe(false);
});
