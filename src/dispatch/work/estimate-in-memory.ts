import { chooseEngine, createEngine } from '../../compute/engines/create-engine.ts';
import { stretchedEngine } from '../../compute/engines/stretched.ts';
import { wasmFeatures } from '../../compute/engines/wasm/features.ts';
import { drawTable } from '../../compute/estimator/draw-table.ts';
import { type AllDiverged, type Summary, summarise } from '../../compute/estimator/summary.ts';
import { createSampler, samplerDtype } from '../../compute/samplers/create-sampler.ts';
import type { Draw } from '../../compute/samplers/sampler.ts';
import type { Config } from '../config/schema.ts';
import { centeredPosterior, targetOf } from './centered-posterior.ts';
import { samplerInput } from './sampling-input.ts';
import { schemeOf } from './summarise-run.ts';

const BLOCK = 512;

/**
 * Samples a target whose w0 is known and estimates, in this process and without a file: what a job does
 * between its payload and its run.
 */
export async function estimateInMemory(config: Config): Promise<Summary | AllDiverged> {
  const target = targetOf(config);
  if (!target.exact) throw new Error(`${config.target} has to be trained first`);
  const { sampler: name, chains } = config;
  const dtype = samplerDtype(name, config);
  const posterior = centeredPosterior(target, target.start, config, dtype);
  const { nbeta, gamma } = posterior.terms;
  const options = {
    problem: target.problem,
    posterior: { nbeta, gamma, center: posterior.center },
    chains,
    dtype,
  };
  const unstretched = createEngine(options, chooseEngine(options, wasmFeatures()));
  const engine = stretchedEngine(unstretched, posterior.stretch);
  const sampler = createSampler(name, samplerInput(config, engine, posterior.scale), config);
  const draws: Draw[] = [];
  while (sampler.done < sampler.total) draws.push(...(await sampler.advance(BLOCK)));
  return summarise({
    ...drawTable(draws, chains),
    sampler: name,
    scheme: schemeOf(config),
    nbeta,
    gamma,
    dim: target.dim,
    baseline: posterior.baseline,
    baselineGradientNorm: posterior.gradientNorm,
    trained: true,
    work: sampler.work,
    seconds: { sampling: 0, warmup: 0 },
    exact: null,
  });
}
