import type { Engine } from '../../compute/engines/engine.ts';
import { stream } from '../../compute/rng/stream.ts';
import type { SamplerInput } from '../../compute/samplers/sampler-input.ts';
import type { Config } from '../config/schema.ts';

/**
 * What a sampler is made from. Its streams are named by what is sampled and by whom, never by how a
 * problem is called or where it runs.
 */
export function samplerInput(config: Config, engine: Engine, scale: Float64Array): SamplerInput {
  const { seed, target, sampler } = config;
  const problem = `${target}/${engine.dim}/${config.n_data}`;
  return {
    engine,
    scale,
    streams: (purpose) =>
      Array.from({ length: engine.chains }, (_, chain) =>
        stream(seed, purpose, problem, sampler, chain),
      ),
  };
}
