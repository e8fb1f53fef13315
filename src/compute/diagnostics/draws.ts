/** Draws of one scalar quantity: an array a chain, all of the same length. */
export type Draws = readonly Float64Array[];

/** The first and last ⌊n/2⌋ draws of each chain as chains of their own; an odd n loses its middle draw. */
export function splitChains(draws: Draws): Float64Array[] {
  return draws.flatMap((chain) => {
    const half = Math.floor(chain.length / 2);
    return [chain.slice(0, half), chain.slice(chain.length - half)];
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

/** False where there is nothing to compute from: fewer chains or draws than asked, or a value not finite. */
export function isUsable(draws: Draws, leastChains: number, leastDraws = 4): boolean {
  return (
    draws.length >= leastChains &&
    draws.every((chain) => chain.length >= leastDraws && chain.every(Number.isFinite))
  );
}
