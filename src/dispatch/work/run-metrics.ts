import { type Metrics, metricsOf } from '../../compute/estimator/metrics.ts';
import type { Summary } from '../../compute/estimator/summary.ts';
import type { Verdict } from '../../compute/estimator/verdict.ts';
import { codeVersion } from '../artifacts/code-version.ts';
import type { ComputedRun } from './computed-run.ts';

/**
 * `metrics.json`: what was asked, around which point, and what the sampler came to. Keys that name
 * timing, per_sec, wnv_time or created tell of this computation; all others are the same for the same job
 * on the same engine.
 *
 * @param version - the program's.
 */
export function runMetrics(
  run: ComputedRun,
  summary: Summary,
  verdict: Verdict,
  version: string,
): Metrics {
  const { job, target, dtype, family, posterior, exact, sampled } = run;
  const { config, sampler } = job;
  const { n, beta, nbeta, gamma } = posterior.terms;
  const { training } = family;
  const estimated = metricsOf(summary, verdict);
  const adapted = Object.entries(sampled.adaptation).map(
    ([key, value]) => [`${sampler}_${key}`, value] as const,
  );
  return {
    run_id: job.runId,
    family_id: job.familyId,
    target: config.target,
    sampler,
    seed: config.seed,
    chains: config.chains,
    target_params: target.dim,
    n_data: n,
    likelihood: config.likelihood,
    loss_scale: target.problem.kind === 'mlp' ? target.problem.lossScale : 1,
    beta,
    nbeta,
    gamma,
    engine: sampled.engine,
    ...(sampled.gpu === null ? {} : { gpu: sampled.gpu }),
    dtype,
    L0: posterior.baseline,
    L0_gradient_norm: posterior.gradientNorm,
    erm_sha256: training.sha256,
    erm_steps: training.steps,
    erm_loss: training.loss,
    erm_gradient_norm: training.gradient_norm,
    erm_converged: training.converged,
    ...(exact.llc === null ? {} : { llc_exact: exact.llc }),
    ...(exact.lambda === null ? {} : { llc_lambda: exact.lambda }),
    ...(exact.multiplicity === null ? {} : { llc_multiplicity: exact.multiplicity }),
    [`${sampler}_transitions_warmup`]: sampled.warmup,
    ...estimated,
    // What adaptation found stands where the draws themselves do not tell.
    ...Object.fromEntries(adapted.filter(([key]) => (estimated[key] ?? null) === null)),
    timing_threads: sampled.threads,
    created_at: new Date().toISOString(),
    llc_version: version,
    code_version: codeVersion(),
    node_version: process.version,
  };
}
