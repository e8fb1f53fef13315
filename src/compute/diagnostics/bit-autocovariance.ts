import type { Draws } from './draws.ts';

/** Chains of zeros and ones, of which only counts are needed. */
export interface BitChains {
  /** Share of ones in each chain. */
  readonly means: readonly number[];
  /** The mean over chains of their biased autocovariances at a lag up to `MOST_BIT_LAGS`, below the chains' length. */
  readonly covariance: (lag: number) => number;
}

/** Beyond, all lags at once by Fourier transform cost less than one after another. */
export const MOST_BIT_LAGS = 256;

/**
 * Draws up to a limit as ones, the others as zeros, 32 to a word. A lag costs a pass over the words, and the counts are
 * exact: Σ(x − m)(y − m) of a chain and its shifted self is the count where both are one, less m times the ones of
 * either that overlap, plus m² times the overlap.
 */
export function bitsUpTo(limit: number, draws: Draws): BitChains {
  const length = draws[0].length;
  const chains = draws.map((chain) => wordsOf(chain, limit));
  const means = chains.map((words) => onesOfBoth(words, 0) / length);
  const apart = productsOfMeans(draws, limit, means);
  return {
    means,
    covariance: (lag) => {
      let ones = 0;
      for (const words of chains) ones += onesOfBoth(words, lag);
      return (ones - apart[lag]) / (length * draws.length);
    },
  };
}

/** With two words of zeros at the end, which the longest shift reads. */
function wordsOf(chain: Float64Array, limit: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(chain.length / 32) + 2);
  for (let word = 0, t = 0; t < chain.length; word++) {
    const end = Math.min(t + 32, chain.length);
    let bits = 0;
    for (let bit = 0; t < end; bit++, t++) bits |= (chain[t] <= limit ? 1 : 0) << bit;
    words[word] = bits;
  }
  return words;
}

/** How often a chain and the same `lag` draws later are both one. */
function onesOfBoth(words: Uint32Array, lag: number): number {
  const shift = lag & 31;
  const skip = lag >>> 5;
  const end = words.length - 1 - skip;
  let count = 0;
  for (let i = 0; i < end; i++) {
    // Shifts count modulo 32: by 32 − 0 in two steps.
    const later = (words[i + skip] >>> shift) | ((words[i + skip + 1] << 1) << (31 - shift));
    count += onesIn(words[i] & later);
  }
  return count;
}

/** Ones in a word of 32 bits (Warren, Hacker's Delight, section 5-1). */
function onesIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** By lag, over all chains: the mean times the ones of both overlapping parts, less its square times their length. */
function productsOfMeans(draws: Draws, limit: number, means: readonly number[]): Float64Array {
  const length = draws[0].length;
  const found = new Float64Array(Math.min(MOST_BIT_LAGS + 1, length));
  draws.forEach((chain, c) => {
    const one = means[c];
    let ones = 2 * one * length;
    for (let lag = 0; lag < found.length; lag++) {
      found[lag] += one * ones - one * one * (length - lag);
      // What the next lag leaves out of either part.
      ones -= (chain[lag] <= limit ? 1 : 0) + (chain[length - 1 - lag] <= limit ? 1 : 0);
    }
  });
  return found;
}
