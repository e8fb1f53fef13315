import { availableParallelism } from 'node:os';
import { stretchedEngine } from '../../compute/engines/stretched.ts';
import { RunningEstimate } from '../../compute/estimator/running-estimate.ts';
import { createSampler } from '../../compute/samplers/create-sampler.ts';
import type { Work } from '../../compute/samplers/sampler.ts';
import type { Dtype } from '../../compute/settings.ts';
import type { Target } from '../../compute/targets/build-target.ts';
import { adapterText } from '../gpu/gpu-adapter.ts';
import type { Payload } from '../job/protocol.ts';
import { advanceInBlocks, type SamplingTimes } from './advance-in-blocks.ts';
import type { CenteredPosterior } from './centered-posterior.ts';
import type { CheckpointOf } from './checkpoint.ts';
import { createGpuJobEngine } from './gpu-job-engine.ts';
import { createJobEngine } from './job-engine.ts';
import type { JobSurroundings } from './job-surroundings.ts';
import type { ProgressChange } from './progress-file.ts';
import { type RecordedDraw, Recorder } from './recorder.ts';
import { type Course, resumeSampling } from './resumable-sampling.ts';
import { samplerInput } from './sampling-input.ts';
import { createThetaView } from './theta-view.ts';

/** All that sampling came to. */
export interface Sampled {
  readonly draws: readonly RecordedDraw[];
  readonly thetaNames: readonly string[];
  readonly times: SamplingTimes;
  readonly work: Work;
  readonly adaptation: Readonly<Record<string, number>>;
  /** Transitions before the first that could be recorded. */
  readonly warmup: number;
  readonly engine: string;
  /** Threads that it ran on. */
  readonly threads: number;
  /** The GPU that it computed on, in words; null for the CPU. */
  readonly gpu: string | null;
}

/** What is sampled. */
export interface Sampling {
  readonly target: Target;
  readonly posterior: CenteredPosterior;
  /** The number type of the sampler's positions. */
  readonly dtype: Dtype;
  /** sha256 of the weights in the middle of the posterior. */
  readonly weights: string;
}

/**
 * Runs the job's sampler to its end, or until all of its chains have diverged; from its start, or from where a worker
 * before this one was stopped.
 */
export async function sampleChains(
  payload: Payload,
  { target: { problem, dim }, posterior, dtype, weights }: Sampling,
  surroundings: JobSurroundings,
): Promise<Sampled> {
  const { config, sampler: name } = payload.job;
  const { clock, stop, log, progress, enter, threadEntry } = surroundings;
  const { gpuTurn: turn, gpusGiven: given } = surroundings;
  const { terms, center } = posterior;
  const options = {
    problem,
    posterior: { nbeta: terms.nbeta, gamma: terms.gamma, center },
    chains: config.chains,
    dtype,
  };
  const { cpus, gpuMode } = payload.resources;
  const jobEngine =
    gpuMode === 'off'
      ? // More threads than cores would only take turns.
        createJobEngine(options, dim, Math.min(cpus, availableParallelism()), threadEntry)
      : createGpuJobEngine(options, gpuMode, { turn, given, stop, log });
  const { threads, gpu: adapter, failed, close, ...made } = await jobEngine;
  const engine = stretchedEngine(made.engine, posterior.stretch);
  const gpu = adapter === null ? null : adapterText(adapter);
  progress.update({ gpu });
  try {
    const view = createThetaView(config, problem, posterior);
    const start = (): Course => ({
      sampler: createSampler(name, samplerInput(config, engine, posterior.scale), config),
      recorder: new Recorder(config.chains, view),
      running: new RunningEstimate({
        chains: config.chains,
        nbeta: terms.nbeta,
        baseline: posterior.baseline,
      }),
    });
    const of = checkpointOf(payload, { engine: engine.name, dtype, weights });
    const sampling = await resumeSampling(start, of, surroundings);
    const { sampler, recorder, running, spent } = sampling;
    log(
      `${name}: ${gpu === null ? '' : `on ${gpu}, `}${config.chains} chains of ${sampler.total} transitions (${sampler.warmup} warm-up), ` +
        `${dim} parameters, ${threads === 1 ? 'no threads' : `${threads} threads`}`,
    );
    enter(sampler.done < sampler.warmup ? 'warmup' : 'sampling');
    progress.ask(() => ({ ...estimateOf(running), done: sampler.done, total: sampler.total }));
    const times = await advanceInBlocks({
      sampler,
      clock,
      stop,
      engineFailed: failed,
      spent,
      onStop: sampling.keepLast,
      onBlock: async (draws, now) => {
        recorder.add(draws);
        for (const { loss } of draws) running.add(loss);
        if (sampler.done >= sampler.warmup) enter('sampling');
        progress.beat();
        await sampling.keep(now);
        return !isLost(recorder.draws);
      },
    });
    log(`${name}: warm-up ${times.warmup.toFixed(2)} s, sampling ${times.sampling.toFixed(2)} s`);
    return {
      draws: recorder.draws,
      thetaNames: view.names,
      times,
      work: sampler.work,
      adaptation: sampler.adaptation,
      warmup: sampler.warmup,
      engine: engine.name,
      threads,
      gpu,
    };
  } finally {
    await close();
  }
}

function checkpointOf(
  { job, codeVersion, schemaHash, noSkip }: Payload,
  how: Pick<CheckpointOf, 'engine' | 'dtype' | 'weights'>,
): CheckpointOf {
  return { runId: job.runId, sampler: job.sampler, codeVersion, schemaHash, noSkip, ...how };
}

function estimateOf(running: RunningEstimate): ProgressChange {
  const value = running.now();
  return { ...value, llcByChain: value.llcByChain.map((llc) => llc ?? Number.NaN) };
}

/** Whether no chain is among the numbers any more, so that nothing would come of going on. */
function isLost(draws: readonly RecordedDraw[]): boolean {
  const last = draws.at(-1);
  return last !== undefined && !last.loss.some(Number.isFinite);
}
