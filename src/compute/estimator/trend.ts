import type { Draws } from '../diagnostics/draws.ts';
import { mcseMean } from '../diagnostics/mcse.ts';
import { mean } from '../diagnostics/moments.ts';

/** How a quantity moved between the halves of the chains. */
export interface Trend {
  /** The mean of the second halves less that of the first, in the quantity's units. */
  readonly change: number;
  /** The change in its Monte-Carlo standard errors; NaN with fewer than eight draws a chain. */
  readonly z: number;
}

/**
 * Compares the first with the second halves of all chains together. Each half has its own standard error,
 * so that a drift does not hide in the error that it makes itself.
 */
export function trend(draws: Draws): Trend {
  const half = Math.floor((draws[0]?.length ?? 0) / 2);
  const first = draws.map((chain) => chain.subarray(0, half));
  const second = draws.map((chain) => chain.subarray(chain.length - half));
  const change = mean(second.map(mean)) - mean(first.map(mean));
  const error = Math.hypot(mcseMean(first), mcseMean(second));
  return { change, z: error > 0 ? change / error : change === 0 ? 0 * error : Number.NaN };
}
