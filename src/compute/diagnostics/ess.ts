import { meanAutocovariance } from './autocovariance.ts';
import { type Draws, isUsable, mapDraws, pooled, splitChains } from './draws.ts';
import { mean, median, quantile, sortedQuantile, variance } from './moments.ts';
import { rankNormalise } from './rank-normalise.ts';

/**
 * Effective sample sizes as ArviZ computes them (Vehtari et al. 2021, sections 3.2 and 4; Geyer 1992 for
 * the initial monotone sequence). All are NaN for fewer than 4 draws a chain or where a draw is not finite.
 */

/** For the centre of the distribution: of the rank-normalised split chains. */
export function essBulk(draws: Draws): number {
  return isUsable(draws, 1) ? effectiveSize(rankNormalise(splitChains(draws))) : Number.NaN;
}

/** The smaller of those of the 5 % and the 95 % quantile. */
export function essTail(draws: Draws): number {
  const [low, high] = essQuantiles(draws, [0.05, 0.95]);
  return Math.min(low, high);
}

/** For the mean: what a standard error of the mean is made of. */
export function essMean(draws: Draws): number {
  return isUsable(draws, 1) ? effectiveSize(splitChains(draws)) : Number.NaN;
}

/** For the standard deviation. */
export function essSd(draws: Draws): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const centre = mean(draws.map(mean));
  return effectiveSize(splitChains(mapDraws(draws, (value) => (value - centre) ** 2)));
}

/** For the quantile of a probability. */
export function essQuantile(draws: Draws, probability: number): number {
  return essQuantiles(draws, [probability])[0];
}

/** For the quantiles of several probabilities, sorted once. */
export function essQuantiles(draws: Draws, probabilities: readonly number[]): number[] {
  if (!isUsable(draws, 1)) return probabilities.map(() => Number.NaN);
  const sorted = pooled(draws).sort();
  return probabilities.map((probability) =>
    essBelow(splitChains(draws), sortedQuantile(sorted, probability)),
  );
}

/** For the share of draws up to a limit. */
export function essBelow(split: Draws, limit: number): number {
  return effectiveSize(mapDraws(split, (value) => (value <= limit ? 1 : 0)));
}

export function essMedian(draws: Draws): number {
  return essQuantile(draws, 0.5);
}

/** For the probability between two quantiles. */
export function essLocal(draws: Draws, from: number, to: number): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const low = quantile(draws, from);
  const high = quantile(draws, to);
  const inside = mapDraws(draws, (value) => (value >= low && value <= high ? 1 : 0));
  return effectiveSize(splitChains(inside));
}

/** For the median absolute deviation. */
export function essMad(draws: Draws): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const centre = median(draws);
  const distances = mapDraws(draws, (value) => Math.abs(value - centre));
  const limit = median(distances);
  const inside = mapDraws(distances, (value) => (value <= limit ? 1 : 0));
  return effectiveSize(rankNormalise(splitChains(inside)));
}

/** Of the split chains' distances from their median. */
export function essFolded(draws: Draws): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const split = splitChains(draws);
  const centre = median(split);
  return effectiveSize(rankNormalise(mapDraws(split, (value) => Math.abs(value - centre))));
}

/** Of the chains as they are, neither split nor ranked. */
export function essIdentity(draws: Draws): number {
  return isUsable(draws, 1) ? effectiveSize(draws) : Number.NaN;
}

/** Lags that are made at first, as a share of the draws: chains that are worth looking at need far fewer. */
const LAGS = 1 / 4;

/** Of chains as they are: the number of draws over the integrated autocorrelation time. */
export function effectiveSize(draws: Draws): number {
  const chains = draws.length;
  const n = draws[0].length;
  const size = chains * n;
  if (isConstant(draws)) return size;

  let covariance = meanAutocovariance(draws, Math.ceil(n * LAGS));
  const withinVariance = (covariance[0] * n) / (n - 1);
  const totalVariance = covariance[0] + (chains > 1 ? variance(draws.map(mean), 1) : 0);
  const correlation = (lag: number) => {
    if (lag >= covariance.length) covariance = meanAutocovariance(draws);
    return 1 - (withinVariance - covariance[lag]) / totalVariance;
  };

  const rho = new Float64Array(n);
  let even = 1;
  let odd = correlation(1);
  rho[0] = even;
  rho[1] = odd;
  let lag = 1;
  while (lag < n - 3 && even + odd > 0) {
    even = correlation(lag + 1);
    odd = correlation(lag + 2);
    if (even + odd >= 0) {
      rho[lag + 1] = even;
      rho[lag + 2] = odd;
    }
    lag += 2;
  }
  const last = lag - 2;
  if (even > 0) rho[last + 1] = even;
  for (let t = 1; t <= last - 2; t += 2) {
    if (rho[t + 1] + rho[t + 2] > rho[t - 1] + rho[t]) {
      rho[t + 1] = (rho[t - 1] + rho[t]) / 2;
      rho[t + 2] = rho[t + 1];
    }
  }
  let sum = 0;
  for (let t = 0; t <= last; t++) sum += rho[t];
  const time = Math.max(-1 + 2 * sum + rho[last + 1], 1 / Math.log10(size));
  return size / time;
}

function isConstant(draws: Draws): boolean {
  let low = Infinity;
  let high = -Infinity;
  for (const chain of draws) {
    for (const value of chain) {
      if (value < low) low = value;
      if (value > high) high = value;
      if (high - low >= Number.EPSILON) return false;
    }
  }
  return true;
}
