import { type Draws, pooled } from './draws.ts';
import { normalQuantile } from './normal-quantile.ts';

/**
 * Replaces each draw by the normal score of its rank among all draws, ties sharing their average rank
 * (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, eq. 14): Φ⁻¹((r − 3/8)/(N + 1/4)).
 */
export function rankNormalise(draws: Draws): Float64Array[] {
  const values = pooled(draws);
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const scores = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    const score = normalQuantile(((from + 1 + to) / 2 - 0.375) / (values.length + 0.25));
    for (let i = from; i < to; i++) scores[order[i]] = score;
    from = to;
  }
  let at = 0;
  return draws.map((chain) => scores.slice(at, (at += chain.length)));
}
