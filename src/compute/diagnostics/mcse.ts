import { betaQuantile } from './beta-quantile.ts';
import { type Draws, isUsable, mapDraws, pooled } from './draws.ts';
import { essMean, essQuantile } from './ess.ts';
import { mean, varianceOfAll } from './moments.ts';

/** Monte-Carlo standard errors as ArviZ computes them. NaN for fewer than 4 draws a chain. */

/** Of the mean: sd / √ESS_mean. */
export function mcseMean(draws: Draws): number {
  return isUsable(draws, 1) ? Math.sqrt(varianceOfAll(draws) / essMean(draws)) : Number.NaN;
}

/** Of the standard deviation, by the delta method on the variance. */
export function mcseSd(draws: Draws): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const centre = mean(pooled(draws));
  const squares = mapDraws(draws, (value) => (value - centre) ** 2);
  const expected = mean(pooled(squares));
  const spread = mean(pooled(mapDraws(squares, (value) => value ** 2))) - expected ** 2;
  return Math.sqrt(spread / essMean(squares) / expected / 4);
}

/** Of a quantile: half the distance of the order statistics one standard error to both sides. */
export function mcseQuantile(draws: Draws, probability: number): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const size = essQuantile(draws, probability);
  const a = size * probability + 1;
  const b = size * (1 - probability) + 1;
  const sorted = pooled(draws).sort();
  const n = sorted.length;
  const low = Math.floor(Math.max(n * betaQuantile(0.1586553, a, b) - 1, 0));
  const high = Math.ceil(Math.min(n * betaQuantile(0.8413447, a, b) - 1, n - 1));
  return (sorted[high] - sorted[low]) / 2;
}
