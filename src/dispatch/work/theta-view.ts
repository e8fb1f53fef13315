import { fillNormals, stream, uniform } from '../../compute/rng/stream.ts';
import type { ThetaSettings } from '../../compute/settings.ts';
import { makeOrthonormal } from '../../compute/targets/orthonormal.ts';
import { parameterName } from '../../compute/targets/parameter-name.ts';
import type { Problem } from '../../compute/targets/problem.ts';
import { weightsOf } from '../../compute/targets/stretch.ts';
import type { CenteredPosterior } from './centered-posterior.ts';

/** What of a position is stored. */
export interface ThetaView {
  /** One for each number stored of a position. */
  readonly names: readonly string[];
  /** The stored numbers of the weights at one position of a sampler, length dim. */
  look(position: Float64Array): Float64Array;
}

/**
 * The view that the settings ask for, the same for all chains and all jobs with the same `diag_seed`:
 * `subset` keeps `diag_k` random coordinates (or all, if there are no more), `proj` the components of
 * w − w0 along `diag_k` random orthonormal directions, `none` nothing.
 */
export function createThetaView(
  { diag_mode, diag_k, diag_seed }: ThetaSettings,
  problem: Problem,
  { center, stretch }: Pick<CenteredPosterior, 'center' | 'stretch'>,
): ThetaView {
  const weights = (position: Float64Array) => weightsOf(stretch, center, position);
  const count = Math.min(diag_k, center.length);
  switch (diag_mode) {
    case 'none':
      return { names: [], look: () => new Float64Array(0) };
    case 'subset': {
      const chosen = chooseCoordinates(center.length, count, diag_seed);
      return {
        names: chosen.map((index) => parameterName(problem, index)),
        look: (position) => {
          const w = weights(position);
          return Float64Array.from(chosen, (index) => w[index]);
        },
      };
    }
    case 'proj': {
      const directions = orthonormalDirections(center.length, count, diag_seed);
      return {
        names: directions.map((_, index) => `proj[${index}]`),
        look: (position) => {
          const w = weights(position);
          return Float64Array.from(directions, (u) => along(u, w, center));
        },
      };
    }
  }
}

/** `count` of `dim` indices in ascending order (Fisher & Yates, as far as needed). */
function chooseCoordinates(dim: number, count: number, seed: number): number[] {
  const source = stream(seed, 'projection', 'subset');
  const moved = new Map<number, number>();
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(uniform(source, i) * (dim - i));
    chosen.push(moved.get(j) ?? j);
    moved.set(j, moved.get(i) ?? i);
  }
  return chosen.sort((a, b) => a - b);
}

/** Gaussian vectors made orthonormal by Gram and Schmidt, twice against rounding. */
function orthonormalDirections(dim: number, count: number, seed: number): Float64Array[] {
  const source = stream(seed, 'projection', 'directions');
  const directions: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const u = new Float64Array(dim);
    fillNormals(source, k, u);
    for (let pass = 0; pass < 2; pass++) makeOrthonormal(u, directions);
    directions.push(u);
  }
  return directions;
}

function along(u: Float64Array, position: Float64Array, center: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i] * (position[i] - center[i]);
  return sum;
}
