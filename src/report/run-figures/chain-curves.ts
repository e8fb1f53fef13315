import type { Curve } from './figure.ts';

/** A curve for each chain, named as ArviZ counts them, from 0. */
export function chainCurves(chains: readonly (readonly number[])[]): Curve[] {
  return chains.map((y, chain) => ({ name: `chain ${chain}`, y, look: chain }));
}
