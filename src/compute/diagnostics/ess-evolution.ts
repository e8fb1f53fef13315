import { type Draws, isUsable, splitChains } from './draws.ts';
import { effectiveSize, essTail } from './ess.ts';
import { rankNormalise } from './rank-normalise.ts';
import {
  copySorted,
  keepFirst,
  type SortedDraws,
  sortDraws,
  sortedHalves,
  sortedMemory,
} from './sorted-draws.ts';

/** How effective sample sizes grow with the draws. */
export interface EssEvolution {
  /** First draws of each chain that are counted. */
  readonly lengths: readonly number[];
  readonly bulk: readonly number[];
  readonly tail: readonly number[];
}

/**
 * `essBulk` and `essTail` of the first draws at the places where ArviZ's `plot_ess(kind="evolution")` has them:
 * `points` numbers evenly from ⌊n/points⌋ to n, cut to whole, and one draw more, since its slices hold their end.
 *
 * @param sorted - the same draws. Default: they are sorted here. The order of a part is that of a longer part with the
 *   others left out, so that the longest comes first.
 */
export function essEvolution(draws: Draws, points: number, sorted?: SortedDraws): EssEvolution {
  const lengths = evolutionLengths(draws[0]?.length ?? 0, points);
  const bulk = lengths.map(() => Number.NaN);
  const tail = lengths.map(() => Number.NaN);
  if (!isUsable(draws, 1)) return { lengths, bulk, tail };
  let part = sorted === undefined ? sortDraws(draws) : copySorted(sorted);
  // What each part needs lies where that of the longest did.
  const memory = sortedMemory(part.values.length);
  const scores = new Float64Array(part.values.length);
  for (let i = points - 1; i >= 0; i--) {
    if (lengths[i] < 4) break;
    const first = draws.map((chain) => chain.subarray(0, lengths[i]));
    part = keepFirst(part, lengths[i]);
    const halves = sortedHalves(part, lengths[i], memory);
    bulk[i] = effectiveSize(rankNormalise(splitChains(first), halves, scores));
    tail[i] = essTail(first, part);
  }
  return { lengths, bulk, tail };
}

/** numpy's `linspace(n // points, n, points, dtype=int)`, and one more where there is one. */
function evolutionLengths(n: number, points: number): number[] {
  const first = Math.floor(n / points);
  const step = (n - first) / (points - 1);
  return Array.from({ length: points }, (_, i) => {
    const division = i === points - 1 ? n : Math.floor(first + i * step);
    return Math.min(division + 1, n);
  });
}
