import type { LossFunction } from './loss-function.ts';
import type { PowerProblem } from './problem.ts';

/** L = Σ w_i^(2 k_i) and its gradient. */
export function powerLoss({ exponents }: PowerProblem): LossFunction {
  return {
    dim: exponents.length,
    rows: 0,
    evaluate(position, gradient) {
      let sum = 0;
      for (let i = 0; i < exponents.length; i++) {
        const odd = position[i] ** (2 * exponents[i] - 1);
        sum += odd * position[i];
        if (gradient !== null) gradient[i] = 2 * exponents[i] * odd;
      }
      return sum;
    },
  };
}
