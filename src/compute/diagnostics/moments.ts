import { type Draws, pooled } from './draws.ts';
import { orderStatistic } from './order-statistic.ts';

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Variance with `ddof` taken from the number of values; NaN for too few. */
export function variance(values: ArrayLike<number>, ddof: 0 | 1): number {
  if (values.length <= ddof) return Number.NaN;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2;
  return squares / (values.length - ddof);
}

/** Of all draws of all chains, without a copy of them. */
export function varianceOfAll(draws: Draws): number {
  const count = draws.reduce((sum, chain) => sum + chain.length, 0);
  const centre = draws.reduce((sum, chain) => sum + chain.length * mean(chain), 0) / count;
  let squares = 0;
  for (const chain of draws)
    for (let t = 0; t < chain.length; t++) squares += (chain[t] - centre) ** 2;
  return count < 2 ? Number.NaN : squares / (count - 1);
}

/**
 * The quantile of sorted values by linear interpolation (Hyndman & Fan 1996, type 7); NaN without values.
 * In ArviZ's order of operations: where the place is a whole number, rounding decides whether the value
 * there counts as below the quantile.
 */
export function sortedQuantile(sorted: Float64Array, probability: number): number {
  return quantileOf(sorted.length, probability, (rank) => sorted[rank]);
}

/** The same of values in any order, which it moves. */
export function unsortedQuantile(values: Float64Array, probability: number): number {
  return quantileOf(values.length, probability, (rank) => orderStatistic(values, rank));
}

function quantileOf(count: number, probability: number, at: (rank: number) => number): number {
  if (count < 2) return count === 1 ? at(0) : Number.NaN;
  const place = count * probability + (1 - probability);
  const below = Math.floor(Math.min(Math.max(place, 1), count - 1));
  const part = Math.min(Math.max(place - below, 0), 1);
  return (1 - part) * at(below - 1) + part * at(below);
}

export function quantile(draws: Draws, probability: number): number {
  return unsortedQuantile(pooled(draws), probability);
}

export function median(draws: Draws): number {
  return quantile(draws, 0.5);
}
