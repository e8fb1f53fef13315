import type { LossFunction } from './loss-function.ts';
import type { TanhProblem } from './problem.ts';

/** f(x) = Σ a_k tanh(b_k x) against 0, L = ½ mean f² over the inputs, and its gradient. */
export function tanhLoss({ hidden, inputs }: TanhProblem): LossFunction {
  const units = new Float64Array(hidden);
  return {
    dim: 2 * hidden,
    rows: 0,
    evaluate(position, gradient) {
      gradient?.fill(0);
      let sum = 0;
      for (let t = 0; t < inputs.length; t++) {
        let value = 0;
        for (let k = 0; k < hidden; k++) {
          units[k] = Math.tanh(position[hidden + k] * inputs[t]);
          value += position[k] * units[k];
        }
        sum += value * value;
        if (gradient === null) continue;
        const slope = value / inputs.length;
        for (let k = 0; k < hidden; k++) {
          gradient[k] += slope * units[k];
          gradient[hidden + k] += slope * position[k] * (1 - units[k] * units[k]) * inputs[t];
        }
      }
      return sum / (2 * inputs.length);
    },
  };
}
