import type { Activation } from '../settings.ts';

/**
 * A loss surface as plain data: what an engine compiles into kernels. Structured-clonable, so that it
 * can be handed to threads. Every loss is L(w), the average over data rows where there are any.
 *
 * The parameters of `mlp` lie layer after layer: weight (outputs x inputs, row-major), then bias.
 * Those of `dln` lie W_1, W_2, … (each outputs x inputs, row-major).
 */
export type Problem =
  | MlpProblem
  | QuadraticProblem
  | DlnProblem
  | CrossingProblem
  | PowerProblem
  | TanhProblem;

export interface MlpProblem {
  readonly kind: 'mlp';
  /** Input, hidden…, output. */
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
  /** A skip every so many hidden layers; 0 for none. Unequal widths are cut or padded with zeros. */
  readonly residualPeriod: number;
  readonly layernorm: boolean;
  readonly loss: 'mse' | 't_regression';
  /** Student's degrees of freedom and scale, for `t_regression`. */
  readonly studentDf: number;
  readonly noiseScale: number;
  /** What the mean over rows and outputs of the per-sample loss is multiplied with. */
  readonly lossScale: number;
  readonly rows: number;
  /** rows x inputs, row-major. */
  readonly x: Float64Array;
  /** rows x outputs, row-major. */
  readonly y: Float64Array;
}

/** L = ½ Σ h_i w_i². */
export interface QuadraticProblem {
  readonly kind: 'quadratic';
  readonly spectrum: Float64Array;
}

/** L = ½ ‖W_L … W_1 − A‖²_F. */
export interface DlnProblem {
  readonly kind: 'dln';
  readonly widths: readonly number[];
  /** A, outputs x inputs, row-major. */
  readonly target: Float64Array;
}

/** L = ½ Π w_i^(2 k_i). */
export interface CrossingProblem {
  readonly kind: 'crossing';
  readonly powers: readonly number[];
}

/** L = Σ w_i^(2 k_i). */
export interface PowerProblem {
  readonly kind: 'power';
  readonly exponents: readonly number[];
}

/** f(x) = Σ a_k tanh(b_k x) against 0 at `inputs`, L = ½ mean f². Parameters a_1 … a_H, b_1 … b_H. */
export interface TanhProblem {
  readonly kind: 'tanh';
  readonly hidden: number;
  readonly inputs: Float64Array;
}

/** The rows a minibatch may choose from; 0 where the loss has no data and every gradient is exact. */
export function dataRows(problem: Problem): number {
  return problem.kind === 'mlp' ? problem.rows : 0;
}
