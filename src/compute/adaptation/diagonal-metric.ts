import type { PooledMoments } from './running-moments.ts';

/**
 * The diagonal of the inverse mass (variance units): of all diagonals the one with the least Fisher
 * divergence between the preconditioned posterior and a standard normal, √(Var w_i / Var ∂_iU) (Seyboldt,
 * Carlson & Carpenter 2026, "Preconditioning Hamiltonian Monte Carlo by minimizing Fisher divergence").
 * It is the geometric mean of the variance and of 1/E[∂_iiU], two diagonals whose noise largely cancels:
 * where coordinates are independent and normal it is exact after two draws, however correlated the
 * draws are, so that it serves ten thousand coordinates after a hundred draws where a variance alone
 * does not.
 *
 * Few draws are shrunk towards `prior` in the logarithm, with the weight of 5 draws (the weight that Stan
 * gives its own regularisation, there towards 1e-3 since Stan knows no scale beforehand).
 *
 * @param prior the diagonal held until now, length dim, > 0.
 */
export function diagonalMetric(moments: PooledMoments, prior: Float64Array): Float64Array {
  const { draws, variance, gradientVariance } = moments;
  const weight = draws / (draws + PRIOR_DRAWS);
  return prior.map((before, i) => {
    const ratio = Math.sqrt(variance[i] / gradientVariance[i]);
    // A coordinate that has not moved, or whose gradient has not, tells nothing.
    if (!(ratio > 0 && Number.isFinite(ratio))) return before;
    return Math.exp(weight * Math.log(ratio) + (1 - weight) * Math.log(before));
  });
}

const PRIOR_DRAWS = 5;
