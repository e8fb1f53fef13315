import type { DlnProblem, MlpProblem, Problem } from '../../targets/problem.ts';

/**
 * The problem as a network on data, or null where it is none. A deep linear network is one without biases
 * whose data are the unit vectors: ½ ‖W_L … W_1 − A‖²_F is half the sum of the squares of
 * f(e_i) − A e_i over all outputs and i.
 */
export function networkOf(problem: Problem): MlpProblem | null {
  switch (problem.kind) {
    case 'mlp':
      return problem;
    case 'dln':
      return linearNetwork(problem);
    default:
      return null;
  }
}

function linearNetwork({ widths, target }: DlnProblem): MlpProblem {
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  return {
    kind: 'mlp',
    widths,
    activation: 'identity',
    bias: false,
    residualPeriod: 0,
    layernorm: false,
    loss: 'mse',
    studentDf: 1,
    noiseScale: 1,
    lossScale: (inputs * outputs) / 2,
    rows: inputs,
    x: transposed(
      Float64Array.from({ length: inputs ** 2 }, (_, i) => Number(i % (inputs + 1) === 0)),
      inputs,
      inputs,
    ),
    y: transposed(target, outputs, inputs),
  };
}

/** columns x rows from rows x columns. */
function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}
