import type { DlnProblem, MlpProblem, Problem } from '../targets/problem.ts';

/**
 * The problem as a network on data, or null where it is none. A deep linear network is one without biases
 * whose data are the unit vectors: ½ ‖W_L … W_1 − A‖²_F is half the sum of the squares of
 * f(e_i) − A e_i over all outputs and i.
 */
export function networkOf(problem: Problem): MlpProblem | null {
  if (problem.kind === 'mlp') return problem;
  return problem.kind === 'dln' ? linearNetwork(problem) : null;
}

function linearNetwork({ widths, target }: DlnProblem): MlpProblem {
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  const x = new Float64Array(inputs * inputs);
  const y = new Float64Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    x[i * inputs + i] = 1;
    for (let o = 0; o < outputs; o++) y[i * outputs + o] = target[o * inputs + i];
  }
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
    // The mean over inputs x outputs becomes half the sum.
    lossScale: (inputs * outputs) / 2,
    rows: inputs,
    x,
    y,
  };
}

/** How many units of its input hidden layer l adds to its result (`targets/mlp-network.ts`). */
export function skippedUnits({ widths, residualPeriod }: MlpProblem, l: number): number {
  const hidden = l < widths.length - 2;
  if (!hidden || residualPeriod === 0 || l % residualPeriod !== residualPeriod - 1) return 0;
  return Math.min(widths[l], widths[l + 1]);
}

/** Whether anything but the activation lies between a hidden layer's sums and its result. */
export function isDirect({ layernorm, residualPeriod }: MlpProblem): boolean {
  return !layernorm && residualPeriod === 0;
}
