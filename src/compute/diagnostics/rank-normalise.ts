import { type Draws, mapDraws, pooled } from './draws.ts';
import { normalQuantile } from './normal-quantile.ts';

/**
 * Replaces each draw by the normal score of its rank among all draws, ties sharing their average rank
 * (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, eq. 14): Φ⁻¹((r − 3/8)/(N + 1/4)).
 */
export function rankNormalise(draws: Draws): Float64Array[] {
  const sorted = pooled(draws).sort();
  const count = sorted.length;
  /** At the place of each sorted value: the score of the ranks that equal values share. */
  const scores = new Float64Array(count);
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && sorted[to] === sorted[from]) to++;
    scores.fill(normalQuantile(((from + 1 + to) / 2 - 0.375) / (count + 0.25)), from, to);
    from = to;
  }
  return mapDraws(draws, (value) => scores[placeOf(value, sorted)]);
}

/** The first place of a value among sorted ones. */
function placeOf(value: number, sorted: Float64Array): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
