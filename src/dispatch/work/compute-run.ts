import { samplerDtype } from '../../compute/samplers/create-sampler.ts';
import { exactValues } from '../../compute/targets/exact-values.ts';
import { RUN_FILES } from '../artifacts/layout.ts';
import { metricsText } from '../artifacts/metrics-text.ts';
import { encodeInferenceData } from '../artifacts/netcdf/write-inference-data.ts';
import { adapterText } from '../gpu/gpu-adapter.ts';
import { lookForGpu } from '../gpu/open-gpu.ts';
import { unservedMode } from '../gpu/served-modes.ts';
import type { Payload } from '../job/protocol.ts';
import { centeredPosterior, targetOf } from './centered-posterior.ts';
import type { ComputedRun } from './computed-run.ts';
import { JobFailure } from './job-failure.ts';
import type { JobSurroundings } from './job-surroundings.ts';
import { runDraws } from './run-draws.ts';
import { runInferenceData } from './run-inference-data.ts';
import { runMetrics } from './run-metrics.ts';
import { sampleChains } from './sample-chains.ts';
import { summariseRun } from './summarise-run.ts';
import { trainFamily } from './train-family.ts';

/** Computes a job from its configuration alone; returns the files of its run, all but the manifest. */
export async function computeRun(
  payload: Payload,
  surroundings: JobSurroundings,
): Promise<Readonly<Record<string, Uint8Array | string>>> {
  const { job, resources } = payload;
  const { config } = job;
  const { enter, progress, stop, log, version } = surroundings;
  enter('setup');
  const unserved = unservedMode([job], resources);
  if (unserved !== null)
    throw new JobFailure('config', `${unserved.failure.error} ${unserved.hint}`);
  // What is missing is told before anything is trained.
  if (resources.gpuMode !== 'off') log(`GPU: ${adapterText(await lookForGpu())}`);
  const target = targetOf(config);
  enter('training');
  const family = await trainFamily(target, payload, { stop, log, beat: () => progress.beat() });
  enter('setup');
  // A GPU has no doubles; what needs them is put together in f64 by the engine.
  const dtype = resources.gpuMode === 'off' ? samplerDtype(job.sampler, config) : 'float32';
  const posterior = centeredPosterior(target, family.weights, config, dtype);
  const exact = exactValues(target.problem, posterior.terms);
  for (const { curvature, taken } of posterior.stretch.directions) {
    const left = (1 - taken) ** 2 * curvature;
    log(
      `a direction of curvature ${curvature.toPrecision(3)} is stretched to ${left.toPrecision(3)}`,
    );
  }

  const sampled = await sampleChains(
    payload,
    { target, posterior, dtype, weights: family.training.sha256 },
    surroundings,
  );

  enter('analysis');
  const run: ComputedRun = { job, target, dtype, family, posterior, exact, sampled };
  const { summary, verdict } = summariseRun(run);
  log(`${job.sampler}: ${verdict.code}: ${verdict.text}`);
  enter('artifacts');
  const files: Record<string, Uint8Array | string> = {
    [RUN_FILES.config]: `${JSON.stringify(config, null, 2)}\n`,
    [RUN_FILES.metrics]: metricsText(runMetrics(run, summary, verdict, version)),
    [RUN_FILES.baseline]: `${posterior.baseline}\n`,
  };
  if (!payload.noArtifacts) {
    files[RUN_FILES.draws(job.sampler)] = await encodeInferenceData(
      runInferenceData(runDraws(run, { by: version, at: new Date() })),
    );
  }
  return files;
}
