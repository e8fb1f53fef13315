import { meanAutocovariance } from './autocovariance.ts';
import { bitsUpTo, MOST_BIT_LAGS } from './bit-autocovariance.ts';
import { type Draws, isUsable, mapDraws, splitChains } from './draws.ts';
import { sizeByInitialMonotone } from './initial-monotone.ts';
import { mean, median, quantile, sortedQuantile, variance } from './moments.ts';
import { rankNormalise } from './rank-normalise.ts';
import { type SortedDraws, sortDraws, sortedHalves } from './sorted-draws.ts';

/**
 * Effective sample sizes as ArviZ computes them (Vehtari et al. 2021, sections 3.2 and 4; Geyer 1992 for
 * the initial monotone sequence). All are NaN for fewer than 4 draws a chain or where a draw is not finite. Where an
 * argument `sorted` may be given, it is of the same draws, and they are sorted where it is not.
 */

/** For the centre of the distribution: of the rank-normalised split chains. */
export function essBulk(draws: Draws, sorted?: SortedDraws): number {
  if (!isUsable(draws, 1)) return Number.NaN;
  const halves = sortedHalves(sorted ?? sortDraws(draws), draws[0].length);
  return effectiveSize(rankNormalise(splitChains(draws), halves));
}

/** The smaller of those of the 5 % and the 95 % quantile. */
export function essTail(draws: Draws, sorted?: SortedDraws): number {
  const [low, high] = essQuantiles(draws, [0.05, 0.95], sorted);
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

/** For the quantiles of several probabilities. */
export function essQuantiles(
  draws: Draws,
  probabilities: readonly number[],
  sorted?: SortedDraws,
): number[] {
  if (!isUsable(draws, 1)) return probabilities.map(() => Number.NaN);
  const { values } = sorted ?? sortDraws(draws);
  const split = splitChains(draws);
  return probabilities.map((probability) => essBelow(split, sortedQuantile(values, probability)));
}

/** For the share of draws up to a limit, of split chains. */
export function essBelow(split: Draws, limit: number): number {
  const [chains, length] = [split.length, split[0].length];
  const { means, covariance } = bitsUpTo(limit, split);
  const share = mean(means);
  if (share === 0 || share === 1) return chains * length;
  const byTransform = lazily(() =>
    meanAutocovariance(mapDraws(split, (value) => (value <= limit ? 1 : 0))),
  );
  return sizeByInitialMonotone({
    chains,
    length,
    varianceOfMeans: chains > 1 ? variance(means, 1) : 0,
    covariance: (lag) => (lag <= MOST_BIT_LAGS ? covariance(lag) : byTransform()[lag]),
  });
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

/** Lags that are made at first, if the chains are longer: those that are worth looking at need no more. */
const LAGS = 512;

/** Of chains as they are: the number of draws over the integrated autocorrelation time. */
export function effectiveSize(draws: Draws): number {
  const [chains, length] = [draws.length, draws[0].length];
  if (isConstant(draws)) return chains * length;
  const first = meanAutocovariance(draws, Math.min(LAGS, length));
  const all = lazily(() => meanAutocovariance(draws));
  return sizeByInitialMonotone({
    chains,
    length,
    varianceOfMeans: chains > 1 ? variance(draws.map(mean), 1) : 0,
    covariance: (lag) => (lag < first.length ? first[lag] : all()[lag]),
  });
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
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
