import type { Batch, Engine, Vector } from '../engines/engine.ts';
import { fillNormals, type Stream } from '../rng/stream.ts';

/** Half the distance of the two gradients of a difference, in units of the stiffest direction's scale. */
const REACH = 0.05;
/** The same before the stiffest direction is known, in units of the position's own size. */
const FIRST_REACH = 1e-4;
/** At least so many times the rounding of the position: what is lost of a difference stays small. */
const ABOVE_ROUNDING = 32;
const ROUNDING = { float32: 2 ** -24, float64: 2 ** -53 };

/**
 * The largest eigenvalue of D^½ ∇²U D^½ a chain, by power iteration on central differences of gradients
 * (Pearlmutter 1994 gives the product exactly; a difference over a twentieth of the stiffest direction's
 * scale is what a sampler's step sees, kinks of relu included, and is safe in single precision).
 *
 * @param options.metric D, chains x dim; null for 1
 * @param options.iterations each costs two gradients; 4 to 8 come within a few percent from below
 * @param options.streams one a chain, for the first direction at `step`
 * @param options.batch the rows for every gradient; null for all
 * @returns one a chain; NaN where a gradient was not finite
 */
export async function largestCurvature(
  engine: Engine,
  position: Vector,
  options: {
    readonly metric: Vector | null;
    readonly iterations: number;
    readonly streams: readonly Stream[];
    readonly step: number;
    readonly batch: Batch | null;
  },
): Promise<number[]> {
  const { chains, dim, posterior } = engine;
  const start = await engine.read(position);
  const root = options.metric ? (await engine.read(options.metric)).map(Math.sqrt) : null;
  const scaled = (i: number) => (root ? root[i] : 1);
  const moved = engine.vector();
  const gradient = engine.vector();

  const directions = new Float64Array(chains * dim);
  options.streams.forEach((source, chain) => {
    fillNormals(source, options.step, directions, chain * dim, dim);
  });
  const norms = normaliseChains(directions, chains);
  const eigenvalues = new Array<number>(chains).fill(Number.NaN);
  const sizes = norms.map((_, chain) => {
    let size = 0;
    for (let i = chain * dim; i < (chain + 1) * dim; i++) size += (start[i] / scaled(i)) ** 2;
    return Math.sqrt(size);
  });
  const least = sizes.map((size) => ABOVE_ROUNDING * ROUNDING[engine.dtype] * size);
  const reach = sizes.map((size) => FIRST_REACH * Math.max(1, size));

  const gradientAt = async (sign: 1 | -1): Promise<Float64Array> => {
    const at = new Float64Array(chains * dim);
    for (let i = 0; i < at.length; i++) {
      at[i] = start[i] + sign * reach[Math.floor(i / dim)] * scaled(i) * directions[i];
    }
    engine.write(moved, at);
    engine.gradient(moved, gradient, options.batch);
    return engine.read(gradient);
  };

  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const ahead = await gradientAt(1);
    const behind = await gradientAt(-1);
    for (let i = 0; i < directions.length; i++) {
      const chain = Math.floor(i / dim);
      const curvature = (posterior.nbeta * (ahead[i] - behind[i])) / (2 * reach[chain]);
      directions[i] = scaled(i) * (curvature + posterior.gamma * scaled(i) * directions[i]);
    }
    normaliseChains(directions, chains).forEach((norm, chain) => {
      eigenvalues[chain] = norm;
      if (norm > 0) reach[chain] = Math.max(REACH / Math.sqrt(norm), least[chain]);
    });
  }
  return eigenvalues;
}

/** Makes each chain's part of length one; returns the lengths that they had. */
function normaliseChains(values: Float64Array, chains: number): number[] {
  const dim = values.length / chains;
  return Array.from({ length: chains }, (_, chain) => {
    const part = values.subarray(chain * dim, (chain + 1) * dim);
    let squares = 0;
    for (const value of part) squares += value * value;
    const norm = Math.sqrt(squares);
    if (norm > 0) for (let i = 0; i < dim; i++) part[i] /= norm;
    return norm;
  });
}
