import { mean, variance } from './moments.ts';

/**
 * Bayesian fraction of missing information of one chain's energies (Betancourt 2016): below .3 the
 * momentum draws change the energy too little to explore. Of HMC's energies only.
 */
export function bfmi(energy: Float64Array): number {
  const changes = energy.slice(1).map((value, i) => (value - energy[i]) ** 2);
  return mean(changes) / variance(energy, 1);
}
