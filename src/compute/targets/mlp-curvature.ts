import { CHUNK_ROWS, MlpNetwork, UNIT_STEP } from './mlp-network.ts';
import { gatherRows } from './mlp-rows.ts';
import type { MlpProblem } from './problem.ts';

/**
 * The diagonal of the Gauss-Newton matrix of L at `position`, length d:
 * h_i = lossScale/(rows·outputs) Σ_{rows, outputs} ℓ''·(∂f/∂w_i)², exact for any number of outputs, one
 * backward pass an output. ℓ'' is 2 for `mse`; for `t_regression` its expectation under the assumed noise,
 * (ν+1)/((ν+3)s²), which is positive where ℓ'' itself need not be.
 */
export function gaussNewtonDiagonal(problem: MlpProblem, position: Float64Array): Float64Array {
  const { widths, rows, x, lossScale, loss, studentDf, noiseScale } = problem;
  const outputs = widths[widths.length - 1];
  const network = new MlpNetwork(problem);
  const bend = loss === 'mse' ? 2 : (studentDf + 1) / ((studentDf + 3) * noiseScale * noiseScale);
  const weight = Math.sqrt((lossScale * bend) / (rows * outputs));
  const diagonal = new Float64Array(network.dim);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - from);
    gatherRows(x, widths[0], null, from, count, network.input);
    network.forward(position, count, true);
    for (let o = 0; o < outputs; o++) {
      network.outputGradient.fill(0);
      network.outputGradient.fill(weight, o * UNIT_STEP, o * UNIT_STEP + count);
      network.backward(position, count, diagonal, true);
    }
  }
  return diagonal;
}
