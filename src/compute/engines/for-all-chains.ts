import type { Engine } from './engine.ts';

/** One number a coordinate (length dim), the same for every chain, as a vector's chains x dim numbers. */
export function forAllChains({ chains, dim }: Engine, values: Float64Array): Float64Array {
  const all = new Float64Array(chains * dim);
  for (let chain = 0; chain < chains; chain++) all.set(values, chain * dim);
  return all;
}
