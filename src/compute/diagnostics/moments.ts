import { type Draws, pooled } from './draws.ts';

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

/** The quantile of sorted values by linear interpolation (Hyndman & Fan 1996, type 7). */
export function sortedQuantile(sorted: Float64Array, probability: number): number {
  const at = (sorted.length - 1) * probability;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

export function quantile(draws: Draws, probability: number): number {
  return sortedQuantile(pooled(draws).sort(), probability);
}

export function median(draws: Draws): number {
  return quantile(draws, 0.5);
}
