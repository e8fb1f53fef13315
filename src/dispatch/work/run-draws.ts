import type { Attributes } from '../artifacts/netcdf/inference-data.ts';
import type { ComputedRun } from './computed-run.ts';
import type { RunDraws } from './run-inference-data.ts';

/** The version of the InferenceData schema's library that the files were tried with. */
const ARVIZ_VERSION = '0.23.4';

/**
 * The draws of a run with the attributes that make its netCDF file readable on its own.
 *
 * @param made.by - the program's version.
 */
export function runDraws(run: ComputedRun, made: { by: string; at: Date }): RunDraws {
  const { job, target, dtype, posterior, sampled } = run;
  const { config, sampler } = job;
  const { n, beta, nbeta, gamma } = posterior.terms;
  const { eval_every, thin } = recordingOf(run);
  return {
    draws: sampled.draws,
    chains: config.chains,
    thetaNames: sampled.thetaNames,
    nbeta,
    baseline: posterior.baseline,
    attrs: {
      run_id: job.runId,
      family_id: job.familyId,
      target: config.target,
      sampler,
      seed: BigInt(config.seed),
      dim: BigInt(target.dim),
      n_data: BigInt(n),
      beta,
      nbeta,
      gamma,
      L0: posterior.baseline,
      likelihood: config.likelihood,
      loss_scale: target.problem.kind === 'mlp' ? target.problem.lossScale : 1,
      dtype,
      engine: sampled.engine,
      ...(sampled.gpu === null ? {} : { gpu: sampled.gpu }),
    },
    posteriorAttrs: {
      sampling_time: sampled.times.sampling,
      tuning_time: sampled.times.warmup,
      tuning_steps: BigInt(sampled.warmup),
      // The transition of draw t is t · eval_every; every thin-th transition keeps theta.
      eval_every: BigInt(eval_every),
      thin: BigInt(thin),
      ...(config.diag_mode === 'none' ? {} : { theta: config.diag_mode }),
    },
    groupAttrs: {
      created_at: made.at.toISOString(),
      arviz_version: ARVIZ_VERSION,
      creation_library: 'llc',
      creation_library_version: made.by,
      inference_library: 'llc',
      inference_library_version: made.by,
    } satisfies Attributes,
  };
}

function recordingOf({ job }: ComputedRun): { eval_every: number; thin: number } {
  const { config, sampler } = job;
  return { eval_every: config[`${sampler}_eval_every`], thin: config[`${sampler}_thin`] };
}
