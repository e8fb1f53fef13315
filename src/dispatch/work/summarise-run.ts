import { drawTable } from '../../compute/estimator/draw-table.ts';
import { type Summary, summarise } from '../../compute/estimator/summary.ts';
import { divergedText, judge, type Verdict } from '../../compute/estimator/verdict.ts';
import type { Config } from '../config/schema.ts';
import type { ComputedRun } from './computed-run.ts';
import { JobFailure } from './job-failure.ts';

/** The estimate and what is to be thought of it; a run without a single finite chain is a failure. */
export function summariseRun(run: ComputedRun): { summary: Summary; verdict: Verdict } {
  const { job, target, family, posterior, exact, sampled } = run;
  const { sampler, config } = job;
  const scheme = schemeOf(config);
  const summary = summarise({
    ...drawTable(sampled.draws, config.chains),
    sampler,
    scheme,
    nbeta: posterior.terms.nbeta,
    gamma: posterior.terms.gamma,
    dim: target.dim,
    baseline: posterior.baseline,
    baselineGradientNorm: posterior.gradientNorm,
    trained: family.training.converged,
    work: sampled.work,
    seconds: sampled.times,
    exact: exact.llc,
  });
  if (summary.kind === 'all_diverged') {
    const stepSize = sampled.adaptation['step_size'];
    throw new JobFailure('diverged', divergedText(summary, sampler, stepSize));
  }
  const verdict = judge(summary, { scheme, temperature: config.sghmc_temperature });
  return { summary, verdict };
}

/** The scheme of a stochastic-gradient sampler; null for the others. */
export function schemeOf({ sampler, sgld_scheme, sghmc_scheme }: Config): string | null {
  return sampler === 'sgld' ? sgld_scheme : sampler === 'sghmc' ? sghmc_scheme : null;
}
