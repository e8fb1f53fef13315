import { expect, test } from 'vitest';
import { metricsOf } from '../../../src/compute/estimator/metrics.ts';
import { type EstimateInput, summarise } from '../../../src/compute/estimator/summary.ts';
import { judge } from '../../../src/compute/estimator/verdict.ts';
import { gaussianPosterior } from './gaussian-posterior.ts';

function metricsFrom(input: EstimateInput) {
  const summary = summarise(input);
  if (summary.kind !== 'estimate') throw new Error('all chains diverged');
  return metricsOf(summary, judge(summary, { scheme: null }));
}

const INPUT = gaussianPosterior({ spectrum: [1, 1, 2], nbeta: 100, gamma: 1, draws: 300 });

test('the keys that others read are there, with numbers unrounded', () => {
  const stats = { acceptance_rate: INPUT.losses.map((chain) => chain.map(() => 0.875)) };
  const metrics = metricsFrom({ ...INPUT, stats });
  const summary = summarise(INPUT);
  if (summary.kind !== 'estimate') throw new Error('all chains diverged');
  expect(metrics).toMatchObject({
    hmc_llc_mean: summary.llc,
    hmc_llc_se: summary.se,
    hmc_ess: summary.ess,
    hmc_ess_bulk: summary.essBulk,
    hmc_ess_tail: summary.essTail,
    hmc_rhat: summary.rhat,
    hmc_virial: summary.virial,
    hmc_ess_per_sec: summary.ess / 2,
    hmc_ess_per_fde: summary.ess / 400,
    hmc_wnv_time: summary.se ** 2 * 2,
    hmc_wnv_fde: summary.se ** 2 * 400,
    hmc_timing_sampling: 2,
    hmc_timing_warmup: 1,
    hmc_work_grad: 400,
    hmc_mean_acceptance: 0.875,
    hmc_verdict_severity: 'ok',
  });
});

test('the keys begin with the sampler’s name', () => {
  for (const sampler of ['sgld', 'sghmc', 'hmc', 'mclmc'] as const) {
    const metrics = metricsFrom({ ...INPUT, sampler });
    expect(Object.keys(metrics).every((key) => key.startsWith(`${sampler}_`))).toBe(true);
    expect(`${sampler}_mean_acceptance` in metrics).toBe(false);
  }
});

test('only keys that name time depend on time', () => {
  const slow = metricsFrom({ ...INPUT, seconds: { sampling: 200, warmup: 30 } });
  const differing = Object.entries(metricsFrom(INPUT))
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(slow[key]))
    .map(([key]) => key);
  expect(differing.length).toBeGreaterThan(4);
  for (const key of differing) expect(key).toMatch(/timing|per_sec|wnv_time/);
});

test('what cannot be computed is null, and all of it is JSON', () => {
  const losses = INPUT.losses.map((chain, c) => (c < 3 ? chain.with(0, Number.NaN) : chain));
  const metrics = metricsFrom({ ...INPUT, losses, seconds: { sampling: 0, warmup: 0 } });
  expect(metrics['hmc_rhat']).toBeNull();
  expect(metrics['hmc_ess_per_sec']).toBeNull();
  expect(metrics['hmc_llc_by_chain']).toEqual([null, null, null, expect.any(Number)]);
  expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
});
