import { variance } from './moments.ts';

/**
 * Bayesian fraction of missing information of one chain's energies (Betancourt 2016): below .3 the
 * momentum draws change the energy too little to explore. Of HMC's energies only.
 */
export function bfmi(energy: Float64Array): number {
  let squares = 0;
  for (let t = 1; t < energy.length; t++) squares += (energy[t] - energy[t - 1]) ** 2;
  return squares / (energy.length - 1) / variance(energy, 1);
}
