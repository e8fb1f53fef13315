import { dlnDiagonal } from './dln-curvature.ts';
import type { LossFunction } from './loss-function.ts';
import { gaussNewtonDiagonal } from './mlp-curvature.ts';
import type { PosteriorTerms } from './posterior.ts';
import type { Problem } from './problem.ts';
import { lossFunction } from './reference.ts';

/**
 * The posterior's own scale around `center`, length d: a standard deviation a coordinate. Where the
 * curvature h_ii is known it is 1/√(nβ h_ii + γ); elsewhere the distance at which the potential
 * nβ(L − L0) + γs²/2 along the coordinate reaches ½, which is the same where the loss is quadratic. A
 * coordinate along which the potential never rises is Infinity: the posterior is improper there and
 * cannot be sampled.
 */
export function posteriorScale(
  problem: Problem,
  center: Float64Array,
  { nbeta, gamma }: Pick<PosteriorTerms, 'nbeta' | 'gamma'>,
): Float64Array {
  const fromCurvature = (diagonal: Float64Array) =>
    diagonal.map((h) => 1 / Math.sqrt(nbeta * h + gamma));
  switch (problem.kind) {
    case 'mlp':
      return fromCurvature(gaussNewtonDiagonal(problem, center));
    case 'quadratic':
      return fromCurvature(problem.spectrum);
    case 'dln':
      return fromCurvature(dlnDiagonal(problem, center));
    default: {
      const loss = lossFunction(problem);
      return center.map((_, i) => reach(loss, center, i, { nbeta, gamma }));
    }
  }
}

/** The furthest distance tried: beyond it a coordinate counts as flat. */
const FURTHEST = 1e100;

/** Where the potential along coordinate i reaches ½, by doubling or halving and then bisection. */
function reach(
  loss: LossFunction,
  center: Float64Array,
  i: number,
  { nbeta, gamma }: Pick<PosteriorTerms, 'nbeta' | 'gamma'>,
): number {
  const at = Float64Array.from(center);
  const base = loss.evaluate(at, null, null);
  const below = (s: number) => {
    at[i] = center[i] + s;
    return nbeta * (loss.evaluate(at, null, null) - base) + (gamma * s * s) / 2 < 0.5;
  };
  let inner = 1;
  while (!below(inner)) {
    inner /= 2;
    if (inner === 0) throw new RangeError(`the loss at the centre is not a number: ${base}`);
  }
  while (below(2 * inner)) {
    inner *= 2;
    if (inner > FURTHEST) return Number.POSITIVE_INFINITY;
  }
  let outer = 2 * inner;
  for (let step = 0; step < 50; step++) {
    const middle = (inner + outer) / 2;
    if (below(middle)) inner = middle;
    else outer = middle;
  }
  return inner;
}
