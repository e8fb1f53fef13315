import type { Draws } from '../../compute/diagnostics/draws.ts';

/** Two points each: more than a figure's width tells apart. */
const MOST_BUCKETS = 200;

/**
 * Traces for drawing: in each of at most `buckets` equal stretches of draws the least and the greatest value of each chain, in
 * the order in which they came, so that no spike is lost and no average is drawn. Draws that are not finite are left
 * out; a stretch without any is NaN.
 *
 * @param x - of each draw, rising.
 * @param buckets - Default: 200, for a figure of one panel.
 */
export function envelope(
  draws: Draws,
  x: ArrayLike<number>,
  buckets = MOST_BUCKETS,
): { readonly x: number[]; readonly chains: number[][] } {
  const count = x.length;
  if (count <= 2 * buckets)
    return { x: Array.from(x), chains: draws.map((chain) => Array.from(chain)) };
  const places: number[] = [];
  const chains = draws.map((): number[] => []);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * count) / buckets);
    const to = Math.floor(((bucket + 1) * count) / buckets);
    places.push(x[from], x[to - 1]);
    draws.forEach((chain, c) => {
      const [first, second] = extremes(chain, from, to);
      chains[c].push(chain[first] ?? Number.NaN, chain[second] ?? Number.NaN);
    });
  }
  return { x: places, chains };
}

/** Places of the least and the greatest value, the earlier first; -1 without any. */
function extremes(values: Float64Array, from: number, to: number): [number, number] {
  let [least, greatest] = [-1, -1];
  for (let i = from; i < to; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (least < 0 || values[i] < values[least]) least = i;
    if (greatest < 0 || values[i] > values[greatest]) greatest = i;
  }
  return least < greatest ? [least, greatest] : [greatest, least];
}

/** At most `most` of `count` places, evenly spread, the last among them. */
export function evenPlaces(count: number, most: number): number[] {
  const points = Math.min(count, most);
  return Array.from({ length: points }, (_, i) => Math.ceil(((i + 1) * count) / points) - 1);
}
