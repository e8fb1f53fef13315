import { type Draws, isUsable, pooled, splitChains } from './draws.ts';
import { effectiveSize, essBelow } from './ess.ts';
import { sortedQuantile } from './moments.ts';
import { orderOf } from './order.ts';
import { rankNormalise } from './rank-normalise.ts';

/** How effective sample sizes grow with the draws. */
export interface EssEvolution {
  /** First draws of each chain that are counted. */
  readonly lengths: readonly number[];
  readonly bulk: readonly number[];
  readonly tail: readonly number[];
}

/**
 * `essBulk` and `essTail` of the first draws at the places where ArviZ's `plot_ess(kind="evolution")` has them:
 * `points` numbers evenly from ⌊n/points⌋ to n, cut to whole, and one draw more, since its slices hold their end. The
 * draws are sorted once: the order of a part is the order of all with the others left out.
 */
export function essEvolution(draws: Draws, points: number): EssEvolution {
  const n = draws[0]?.length ?? 0;
  const lengths = evolutionLengths(n, points);
  if (!isUsable(draws, 1)) {
    const unknown = lengths.map(() => Number.NaN);
    return { lengths, bulk: unknown, tail: unknown };
  }
  const values = pooled(draws);
  const order = orderOf(values);
  const found = lengths.map((length) => {
    if (length < 4) return [Number.NaN, Number.NaN];
    const split = splitChains(draws.map((chain) => chain.subarray(0, length)));
    const bulk = effectiveSize(rankNormalise(split, splitOrder(order, n, length, draws.length)));
    const sorted = firstSorted(values, order, n, length, draws.length);
    const below = (probability: number) => essBelow(split, sortedQuantile(sorted, probability));
    return [bulk, Math.min(below(0.05), below(0.95))];
  });
  return { lengths, bulk: found.map(([bulk]) => bulk), tail: found.map(([, tail]) => tail) };
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

/** The values of the first `length` draws of each chain, rising. */
function firstSorted(
  values: Float64Array,
  order: Uint32Array,
  n: number,
  length: number,
  chains: number,
): Float64Array {
  const sorted = new Float64Array(chains * length);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const place = order[i];
    if (place % n < length) sorted[count++] = values[place];
  }
  return sorted;
}

/** The order of the pooled halves of the first `length` draws of each chain, whose odd middle is left out. */
function splitOrder(order: Uint32Array, n: number, length: number, chains: number): Uint32Array {
  const half = Math.floor(length / 2);
  const late = length - half;
  const places = new Uint32Array(chains * 2 * half);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const draw = order[i] % n;
    if (draw >= length || (draw >= half && draw < late)) continue;
    const chain = (order[i] - draw) / n;
    places[count++] = chain * 2 * half + (draw < half ? draw : draw - late + half);
  }
  return places;
}
