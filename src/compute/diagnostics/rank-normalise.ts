import { type Draws, pooled } from './draws.ts';
import { normalQuantile } from './normal-quantile.ts';
import { orderOf } from './order.ts';

/**
 * Replaces each draw by the normal score of its rank among all draws, ties sharing their average rank
 * (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, eq. 14): Φ⁻¹((r − 3/8)/(N + 1/4)).
 *
 * @param order - of the pooled draws. Default: it is found.
 */
export function rankNormalise(draws: Draws, order?: Uint32Array): Float64Array[] {
  const count = draws.length * draws[0].length;
  const score = (rank: number) => normalQuantile((rank - 0.375) / (count + 0.25));
  return byRank(draws, score, order);
}

/** The rank of each draw among all draws, from 1 on; ties share their average rank. */
export function pooledRanks(draws: Draws): Float64Array[] {
  return byRank(draws, (rank) => rank);
}

function byRank(draws: Draws, of: (rank: number) => number, order?: Uint32Array): Float64Array[] {
  const values = pooled(draws);
  const places = order ?? orderOf(values);
  const count = values.length;
  const found = new Float64Array(count);
  for (let from = 0; from < count; ) {
    const value = values[places[from]];
    let to = from + 1;
    while (to < count && values[places[to]] === value) to++;
    const shared = of((from + 1 + to) / 2);
    for (let at = from; at < to; at++) found[places[at]] = shared;
    from = to;
  }
  const length = draws[0].length;
  return draws.map((_, chain) => found.subarray(chain * length, (chain + 1) * length));
}
