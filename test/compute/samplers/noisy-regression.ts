import type { Draw } from '../../../src/compute/samplers/sampler.ts';
import type { MlpProblem } from '../../../src/compute/targets/problem.ts';
import type { Case } from './full-gradient-run.ts';

/**
 * A regression whose minibatch noise is known exactly: `dim` slopes through the origin at inputs ±1, whose
 * gradient of one row is w − xy, so that noise never depends on w. The minimum is 0 with curvature 1, and
 * the gradient of a batch of b rows has the variance `spread`/b in every coordinate. Signs alternate within each of the
 * batch's shares of the data (`fillBatch`), so that this is the variance with and without replacement.
 */
function noisyRegression(dim: number, rows: number, spread: number): MlpProblem {
  const x = Float64Array.from({ length: rows }, (_, k) => (k % 2 === 0 ? 1 : -1));
  const y = new Float64Array(rows * dim);
  for (let k = 0; k < rows; k++) {
    // Pairs of rows (+1, −1) carry xy of one sign, and the signs take turns: no correlation is left.
    const sign = Math.floor(k / 2) % 2 === 0 ? 1 : -1;
    for (let o = 0; o < dim; o++) y[k * dim + o] = x[k] * sign * Math.sqrt(spread);
  }
  return {
    kind: 'mlp',
    widths: [1, dim],
    activation: 'identity',
    bias: false,
    residualPeriod: 0,
    layernorm: false,
    loss: 'mse',
    studentDf: 4,
    noiseScale: 1,
    lossScale: dim / 2,
    rows,
    x,
    y,
  };
}

export const NBETA = 100;
export const ROWS = 32;
export const BATCH = 8;
/** Variance of nβ∂L_B. */
export const GRADIENT_NOISE = 200;

/** All directions of precision nβ, with gradient noise of twice that variance in batches of 8. */
export function noisyCase(dim: number): Case {
  const spread = (GRADIENT_NOISE * BATCH) / NBETA ** 2;
  const scale = new Float64Array(dim).fill(1 / Math.sqrt(NBETA));
  return { problem: noisyRegression(dim, ROWS, spread), nbeta: NBETA, gamma: 0, scale };
}

/** The same draws with the loss counted from its minimum. */
export function aboveMinimum(draws: readonly Draw[], dim: number): readonly Draw[] {
  const minimum = (dim * GRADIENT_NOISE * BATCH) / NBETA ** 2 / 2;
  return draws.map((draw) => ({ ...draw, loss: draw.loss.map((value) => value - minimum) }));
}
