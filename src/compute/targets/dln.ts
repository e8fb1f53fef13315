import type { LossFunction } from './loss-function.ts';
import { addOuterProduct, product, type Strided } from './matrix-product.ts';
import type { DlnProblem } from './problem.ts';

/** L = ½ ‖W_L … W_1 − A‖²_F, a deep linear network at whitened inputs, and its gradient. */
export function dlnLoss({ widths, target }: DlnProblem): LossFunction {
  const layers = widths.length - 1;
  const inputs = widths[0];
  const starts = [0];
  for (let l = 0; l < layers; l++) starts.push(starts[l] + widths[l] * widths[l + 1]);
  const matrix = (values: Float64Array, columns: number, start = 0): Strided => ({
    values,
    start,
    rowStep: columns,
    columnStep: 1,
  });
  // partial[l] = W_l … W_1, widths[l] x inputs; partial[0] is the identity.
  const partial = widths.map((width) => new Float64Array(width * inputs));
  for (let i = 0; i < inputs; i++) partial[0][i * inputs + i] = 1;
  // The gradient with respect to partial[l].
  const upstream = widths.map((width) => new Float64Array(width * inputs));
  const output = partial[layers];
  const residual = upstream[layers];

  return {
    dim: starts[layers],
    rows: 0,
    evaluate(position, gradient) {
      partial[1].set(position.subarray(0, starts[1]));
      for (let l = 1; l < layers; l++) {
        product(
          matrix(position, widths[l], starts[l]),
          matrix(partial[l], inputs),
          matrix(partial[l + 1], inputs),
          { rows: widths[l + 1], inner: widths[l], columns: inputs },
          null,
        );
      }
      let sum = 0;
      for (let i = 0; i < output.length; i++) {
        residual[i] = output[i] - target[i];
        sum += residual[i] * residual[i];
      }
      if (gradient === null) return sum / 2;
      gradient.fill(0);
      for (let l = layers - 1; l >= 1; l--) {
        addOuterProduct(
          matrix(upstream[l + 1], inputs),
          matrix(partial[l], inputs),
          matrix(gradient, widths[l], starts[l]),
          { rows: widths[l + 1], inner: inputs, columns: widths[l] },
        );
        const transposed = {
          values: position,
          start: starts[l],
          rowStep: 1,
          columnStep: widths[l],
        };
        product(
          transposed,
          matrix(upstream[l + 1], inputs),
          matrix(upstream[l], inputs),
          { rows: widths[l], inner: widths[l + 1], columns: inputs },
          null,
        );
      }
      gradient.set(upstream[1]);
      return sum / 2;
    },
  };
}
