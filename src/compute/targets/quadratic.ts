import type { LossFunction } from './loss-function.ts';
import type { QuadraticProblem } from './problem.ts';

/** L = ½ Σ h_i w_i² and its gradient. */
export function quadraticLoss({ spectrum }: QuadraticProblem): LossFunction {
  return {
    dim: spectrum.length,
    rows: 0,
    evaluate(position, gradient) {
      let sum = 0;
      for (let i = 0; i < spectrum.length; i++) {
        const slope = spectrum[i] * position[i];
        sum += slope * position[i];
        if (gradient !== null) gradient[i] = slope;
      }
      return sum / 2;
    },
  };
}
