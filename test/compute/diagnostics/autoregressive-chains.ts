import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';

/**
 * Stationary chains x_t = ρ x_{t−1} + √(1 − ρ²) z_t of mean 0 and variance 1; n independent chains of
 * length n have the effective sample size mn(1 − ρ)/(1 + ρ) for their mean.
 */
export function autoregressiveChains(shape: {
  chains: number;
  draws: number;
  rho: number;
  seed: number;
}): Float64Array[] {
  const { chains, draws, rho, seed } = shape;
  return Array.from({ length: chains }, (_, chain) => {
    const values = new Float64Array(draws);
    fillNormals(stream(seed, 'noise', 'autoregressive', chain), 0, values);
    for (let t = 1; t < draws; t++) {
      values[t] = rho * values[t - 1] + Math.sqrt(1 - rho * rho) * values[t];
    }
    return values;
  });
}
