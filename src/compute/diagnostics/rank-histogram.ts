import type { Draws } from './draws.ts';
import { endOfTies } from './rank-normalise.ts';
import { sortDraws } from './sorted-draws.ts';

/** How the ranks of each chain among all draws are spread: alike where chains sample the same. */
export interface RankHistogram {
  /** Rising, from 0 to the number of draws: one more than bins. */
  readonly edges: readonly number[];
  /** chains x bins. */
  readonly counts: readonly (readonly number[])[];
}

/**
 * As ArviZ's `plot_rank` has it: ⌈2·log₂ n⌉ + 1 equal bins, the last with its end. Draws must be finite.
 *
 * @param sorted - the same draws. Default: they are sorted here.
 */
export function rankHistogram(draws: Draws, sorted = sortDraws(draws)): RankHistogram {
  const n = draws[0].length;
  const bins = Math.ceil(2 * Math.log2(n)) + 1;
  const total = draws.length * n;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i * total) / bins);
  const counts = draws.map(() => new Array<number>(bins).fill(0));
  for (let from = 0; from < total; ) {
    const to = endOfTies(sorted, from);
    const rank = (from + 1 + to) / 2;
    let bin = Math.min(Math.floor((rank * bins) / total), bins - 1);
    // Rounding must not move a rank over an edge.
    if (rank < edges[bin]) bin -= 1;
    else if (bin < bins - 1 && rank >= edges[bin + 1]) bin += 1;
    for (; from < to; from++) counts[sorted.chains[from]][bin] += 1;
  }
  return { edges, counts };
}
