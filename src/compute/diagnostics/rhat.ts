import { type Draws, isUsable, splitChains } from './draws.ts';
import { mean, sortedQuantile, variance } from './moments.ts';
import { rankNormalise } from './rank-normalise.ts';
import { type SortedDraws, sortDraws, sortedDistances, sortedHalves } from './sorted-draws.ts';

/**
 * Rank-normalised split R-hat, the larger of bulk and folded (Vehtari et al. 2021, eq. 14), equal to
 * ArviZ's `rhat`. NaN for fewer than 2 chains or 4 draws, or where a draw is not finite.
 *
 * @param sorted - the same draws. Default: they are sorted here.
 */
export function rhat(draws: Draws, sorted?: SortedDraws): number {
  if (!isUsable(draws, 2)) return Number.NaN;
  const split = splitChains(draws);
  const halves = sortedHalves(sorted ?? sortDraws(draws), draws[0].length);
  return Math.max(scaleOfRanks(split, halves), scaleOfDistances(split, halves));
}

/** R-hat of the rank-normalised split chains alone. */
export function rhatZScale(draws: Draws): number {
  if (!isUsable(draws, 2)) return Number.NaN;
  const split = splitChains(draws);
  return scaleOfRanks(split, sortDraws(split));
}

/** R-hat of the distances from the median: sees chains of different spread. */
export function rhatFolded(draws: Draws): number {
  if (!isUsable(draws, 2)) return Number.NaN;
  const split = splitChains(draws);
  return scaleOfDistances(split, sortDraws(split));
}

function scaleOfRanks(split: Draws, sorted: SortedDraws): number {
  return potentialScaleReduction(rankNormalise(split, sorted));
}

function scaleOfDistances(split: Draws, sorted: SortedDraws): number {
  const centre = sortedQuantile(sorted.values, 0.5);
  return potentialScaleReduction(rankNormalise(split, sortedDistances(sorted, centre)));
}

/** R-hat of the split chains without ranks (Gelman et al. 2013). */
export function rhatSplit(draws: Draws): number {
  return isUsable(draws, 2) ? potentialScaleReduction(splitChains(draws)) : Number.NaN;
}

/** R-hat as it was first (Gelman & Rubin 1992). */
export function rhatIdentity(draws: Draws): number {
  return isUsable(draws, 2) ? potentialScaleReduction(draws) : Number.NaN;
}

function potentialScaleReduction(draws: Draws): number {
  const n = draws[0].length;
  const between = n * variance(draws.map(mean), 1);
  const within = mean(draws.map((chain) => variance(chain, 1)));
  return Math.sqrt((between / within + n - 1) / n);
}
