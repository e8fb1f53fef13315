import type { PosteriorSettings } from '../settings.ts';

/** The numbers of π(w) ∝ exp(−nβ L(w) − (γ/2)‖w − w0‖²). */
export interface PosteriorTerms {
  readonly n: number;
  readonly beta: number;
  readonly nbeta: number;
  readonly gamma: number;
}

/**
 * The posterior's temperature and localisation: β = beta0/ln n or beta0; γ = d/r² with a prior radius r
 * (so that ‖w − w0‖ ≈ r under the prior alone), else gamma, else 1. Throws a RangeError where β would
 * not be finite.
 */
export function posteriorTerms(settings: PosteriorSettings, dim: number): PosteriorTerms {
  const { n_data: n, beta0, prior_radius: radius } = settings;
  if (settings.beta_mode === '1_over_log_n' && n < 2) {
    throw new RangeError(`beta_mode 1_over_log_n needs n_data of at least 2, got ${n}`);
  }
  const beta = settings.beta_mode === 'fixed' ? beta0 : beta0 / Math.log(n);
  const gamma = radius === null ? (settings.gamma ?? 1) : dim / (radius * radius);
  return { n, beta, nbeta: n * beta, gamma };
}
