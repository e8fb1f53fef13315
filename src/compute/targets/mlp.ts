import type { LossFunction } from './loss-function.ts';
import { CHUNK_ROWS, MlpNetwork, UNIT_STEP } from './mlp-network.ts';
import { gatherRows } from './mlp-rows.ts';
import type { MlpProblem } from './problem.ts';

/**
 * L = lossScale · mean over rows and outputs of the per-sample loss of a fully connected network, and its
 * gradient, over all rows or a batch. Per sample, with residual r = f(x) − y: r² for `mse`;
 * ½(ν+1)·log(1 + r²/(ν s²)) for `t_regression`, ν = studentDf and s = noiseScale. An empty batch is NaN.
 */
export function mlpLoss(problem: MlpProblem): LossFunction {
  const { widths, rows, x, y, lossScale, loss, studentDf, noiseScale } = problem;
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  const network = new MlpNetwork(problem);
  const { input, output, outputGradient } = network;
  const expected = new Float64Array(outputs * UNIT_STEP);
  const width2 = studentDf * noiseScale * noiseScale;

  /** Sum of the per-sample losses of a chunk; their derivatives times `weight` go to outputGradient. */
  function residuals(count: number, weight: number): number {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      for (let i = o * UNIT_STEP; i < o * UNIT_STEP + count; i++) {
        const r = output[i] - expected[i];
        if (loss === 'mse') {
          sum += r * r;
          outputGradient[i] = 2 * weight * r;
        } else {
          sum += 0.5 * (studentDf + 1) * Math.log1p((r * r) / width2);
          outputGradient[i] = (weight * (studentDf + 1) * r) / (width2 + r * r);
        }
      }
    }
    return sum;
  }

  return {
    dim: network.dim,
    rows,
    evaluate(position, gradient, batch) {
      const total = batch === null ? rows : batch.length;
      const weight = lossScale / (total * outputs);
      gradient?.fill(0);
      let sum = 0;
      for (let from = 0; from < total; from += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, total - from);
        gatherRows(x, inputs, batch, from, count, input);
        gatherRows(y, outputs, batch, from, count, expected);
        network.forward(position, count, gradient !== null);
        sum += residuals(count, weight);
        if (gradient !== null) network.backward(position, count, gradient);
      }
      return sum * weight;
    },
  };
}
