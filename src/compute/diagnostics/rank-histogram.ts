import type { Draws } from './draws.ts';
import { pooledRanks } from './rank-normalise.ts';

/** How the ranks of each chain among all draws are spread: alike where chains sample the same. */
export interface RankHistogram {
  /** Rising, from 0 to the number of draws: one more than bins. */
  readonly edges: readonly number[];
  /** chains x bins. */
  readonly counts: readonly (readonly number[])[];
}

/** As ArviZ's `plot_rank` has it: ⌈2·log₂ n⌉ + 1 equal bins, the last with its end. Draws must be finite. */
export function rankHistogram(draws: Draws): RankHistogram {
  const n = draws[0].length;
  const bins = Math.ceil(2 * Math.log2(n)) + 1;
  const total = draws.length * n;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i * total) / bins);
  const counts = pooledRanks(draws).map((ranks) => {
    const found = new Array<number>(bins).fill(0);
    for (const rank of ranks) {
      let bin = Math.min(Math.floor((rank * bins) / total), bins - 1);
      // Rounding must not move a rank over an edge.
      if (rank < edges[bin]) bin -= 1;
      else if (bin < bins - 1 && rank >= edges[bin + 1]) bin += 1;
      found[bin] += 1;
    }
    return found;
  });
  return { edges, counts };
}
