import type { Draws } from './draws.ts';
import { normalQuantile } from './normal-quantile.ts';
import { type SortedDraws, sortDraws } from './sorted-draws.ts';

/**
 * Replaces each draw by the normal score of its rank among all draws, ties sharing their average rank
 * (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, eq. 14): Φ⁻¹((r − 3/8)/(N + 1/4)).
 *
 * @param sorted - the same draws. Default: they are sorted here.
 * @param scores - memory of as many numbers or more, that the result lies in. Default: new.
 */
export function rankNormalise(
  draws: Draws,
  sorted = sortDraws(draws),
  scores = new Float64Array(sorted.values.length),
): Float64Array[] {
  const length = draws[0].length;
  const count = sorted.values.length;
  const { chains, places } = sorted;
  for (let from = 0; from < count; ) {
    const to = endOfTies(sorted, from);
    const score = normalQuantile(((from + 1 + to) / 2 - 0.375) / (count + 0.25));
    for (; from < to; from++) scores[chains[from] * length + places[from]] = score;
  }
  return draws.map((_, chain) => scores.subarray(chain * length, (chain + 1) * length));
}

/** Where the values end that equal the one at `from`: the average rank of `from`…`to` − 1 is (from + 1 + to) / 2. */
export function endOfTies({ values }: SortedDraws, from: number): number {
  let to = from + 1;
  while (to < values.length && values[to] === values[from]) to++;
  return to;
}
