/** Draws of one scalar quantity: an array a chain, all of the same length. */
export type Draws = readonly Float64Array[];

/**
 * The first and last ⌊n/2⌋ draws of each chain as chains of their own; an odd n loses its middle draw. They are views, no
 * copies.
 */
export function splitChains(draws: Draws): Float64Array[] {
  return draws.flatMap((chain) => {
    const half = Math.floor(chain.length / 2);
    return [chain.subarray(0, half), chain.subarray(chain.length - half)];
  });
}

/** All draws in one array, chain after chain. */
export function pooled(draws: Draws): Float64Array {
  const length = draws.reduce((sum, chain) => sum + chain.length, 0);
  const all = new Float64Array(length);
  let at = 0;
  for (const chain of draws) {
    all.set(chain, at);
    at += chain.length;
  }
  return all;
}

export function mapDraws(draws: Draws, f: (value: number) => number): Float64Array[] {
  return draws.map((chain) => chain.map(f));
}

/** A loop: of long chains `every` costs more than what is computed of them. */
export function isFiniteChain(chain: Float64Array): boolean {
  for (let t = 0; t < chain.length; t++) if (!Number.isFinite(chain[t])) return false;
  return true;
}

/** False where there is nothing to compute from: fewer chains or draws than asked, or a value not finite. */
export function isUsable(draws: Draws, leastChains: number, leastDraws = 4): boolean {
  return (
    draws.length >= leastChains &&
    draws.every((chain) => chain.length >= leastDraws && isFiniteChain(chain))
  );
}
