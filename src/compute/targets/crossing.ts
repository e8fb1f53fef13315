import type { LossFunction } from './loss-function.ts';
import type { CrossingProblem } from './problem.ts';

/** L = ½ Π w_i^(2 k_i), a normal crossing, and its gradient. */
export function crossingLoss({ powers }: CrossingProblem): LossFunction {
  const dim = powers.length;
  // above[i] = Π_{j>i} w_j^(2 k_j): products of the others without dividing by a factor that may be 0.
  const above = new Float64Array(dim + 1);
  return {
    dim,
    rows: 0,
    evaluate(position, gradient) {
      above[dim] = 1;
      for (let i = dim - 1; i >= 0; i--) above[i] = above[i + 1] * position[i] ** (2 * powers[i]);
      if (gradient !== null) {
        let below = 1;
        for (let i = 0; i < dim; i++) {
          gradient[i] = powers[i] * position[i] ** (2 * powers[i] - 1) * below * above[i + 1];
          below *= position[i] ** (2 * powers[i]);
        }
      }
      return above[0] / 2;
    },
  };
}
