import { fillNormals, stream } from '../rng/stream.ts';
import type { LossFunction } from './loss-function.ts';
import { makeOrthonormal } from './orthonormal.ts';
import type { PosteriorTerms } from './posterior.ts';

/**
 * Directions in which the posterior is far stiffer than in all others, and how much of each the coordinates of a sampler
 * take away: w − w0 = (I − Σ taken·along·alongᵀ)(y − w0).
 *
 * The Hessian of a network's loss has about one such eigenvalue an output (Sagun, Evci, Güney, Dauphin & Bottou 2017;
 * Papyan 2018): the mean of what the last hidden layer gives. A diagonal metric cannot see it, and it alone decides how long
 * a step may be.
 */
export interface Stretch {
  readonly directions: readonly StretchedDirection[];
}

export interface StretchedDirection {
  /** A unit vector, length d, orthogonal to the others. */
  readonly along: Float64Array;
  /** In [0, 1). */
  readonly taken: number;
  /** nβ times the Hessian plus γ along it, in units of the posterior's scale. */
  readonly curvature: number;
}

export const NO_STRETCH: Stretch = { directions: [] };

/** Half the distance of the two gradients of a difference, in units of the scale along the direction. */
const REACH = 0.02;
/** Iterations end where one changes the eigenvalue by a smaller part. */
const SETTLED = 0.01;
const MOST_ITERATIONS = 30;
/** What a stretched direction's curvature becomes, as a part of the stiffest that is left. */
const PART_OF_NEXT = 0.5;

/**
 * The `count` stiffest directions of the posterior at its centre, stretched until they are half as stiff as the next: by power
 * iteration on central differences of gradients, one direction after another, in the coordinates in which the scale is 1.
 *
 * @param loss all of whose rows count
 * @param scale the posterior's standard deviation a coordinate, length d
 */
export function stiffestDirections(
  loss: LossFunction,
  center: Float64Array,
  scale: Float64Array,
  terms: Pick<PosteriorTerms, 'nbeta' | 'gamma'>,
  count: number,
): Stretch {
  const found: { readonly vector: Float64Array; readonly curvature: number }[] = [];
  // One more tells how stiff the others are.
  for (let index = 0; index < Math.min(count + 1, center.length); index++) {
    found.push(
      stiffest(
        (direction) => curved(loss, center, scale, terms, direction),
        found.map(({ vector }) => vector),
        index,
        center.length,
      ),
    );
  }
  const next = found.length > count ? found[count].curvature : 0;
  const directions: StretchedDirection[] = [];
  for (const { vector, curvature } of found.slice(0, count)) {
    const along = vector.map((value, i) => value / scale[i]);
    makeOrthonormal(
      along,
      directions.map((direction) => direction.along),
    );
    // In these coordinates curvatures are 1 on average.
    const kept = Math.sqrt(Math.max(1, PART_OF_NEXT * next) / curvature);
    if (!(kept < 1)) break;
    directions.push({ along, taken: 1 - kept, curvature });
  }
  return { directions };
}

/** w of one position y, length d. */
export function weightsOf(
  { directions }: Stretch,
  center: Float64Array,
  position: Float64Array,
): Float64Array {
  const weights = position.slice();
  for (const { along, taken } of directions) {
    let amount = 0;
    for (let i = 0; i < along.length; i++) amount += along[i] * (position[i] - center[i]);
    for (let i = 0; i < along.length; i++) weights[i] -= taken * amount * along[i];
  }
  return weights;
}

/** The largest eigenvalue of a symmetric operator among what is orthogonal to `others`, and its vector. */
function stiffest(
  apply: (direction: Float64Array) => Float64Array,
  others: readonly Float64Array[],
  index: number,
  dim: number,
): { vector: Float64Array; curvature: number } {
  let vector: Float64Array = new Float64Array(dim);
  fillNormals(stream(0, 'probe', 'stiffest direction'), index, vector);
  makeOrthonormal(vector, others);
  let curvature = 0;
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const before = curvature;
    vector = apply(vector);
    curvature = makeOrthonormal(vector, others);
    if (Math.abs(curvature - before) <= SETTLED * curvature) break;
  }
  return { vector, curvature };
}

/** S(nβH + γ)S times a direction, S being the scale. */
function curved(
  loss: LossFunction,
  center: Float64Array,
  scale: Float64Array,
  { nbeta, gamma }: Pick<PosteriorTerms, 'nbeta' | 'gamma'>,
  direction: Float64Array,
): Float64Array {
  const gradientAt = (sign: 1 | -1) => {
    const gradient = new Float64Array(center.length);
    const at = center.map((value, i) => value + sign * REACH * scale[i] * direction[i]);
    loss.evaluate(at, gradient, null);
    return gradient;
  };
  const [ahead, behind] = [gradientAt(1), gradientAt(-1)];
  return new Float64Array(direction.length).map((_, i) => {
    const slope = (nbeta * (ahead[i] - behind[i])) / (2 * REACH);
    return scale[i] * (slope + gamma * scale[i] * direction[i]);
  });
}
