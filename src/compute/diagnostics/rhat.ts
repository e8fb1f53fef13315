import { type Draws, isUsable, mapDraws, splitChains } from './draws.ts';
import { mean, median, variance } from './moments.ts';
import { rankNormalise } from './rank-normalise.ts';

/**
 * Rank-normalised split R-hat, the larger of bulk and folded (Vehtari et al. 2021, eq. 14), equal to
 * ArviZ's `rhat`. NaN for fewer than 2 chains or 4 draws, or where a draw is not finite.
 */
export function rhat(draws: Draws): number {
  return Math.max(rhatZScale(draws), rhatFolded(draws));
}

/** R-hat of the rank-normalised split chains alone. */
export function rhatZScale(draws: Draws): number {
  return isUsable(draws, 2)
    ? potentialScaleReduction(rankNormalise(splitChains(draws)))
    : Number.NaN;
}

/** R-hat of the distances from the median: sees chains of different spread. */
export function rhatFolded(draws: Draws): number {
  if (!isUsable(draws, 2)) return Number.NaN;
  const split = splitChains(draws);
  const centre = median(split);
  const folded = mapDraws(split, (value) => Math.abs(value - centre));
  return potentialScaleReduction(rankNormalise(folded));
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
