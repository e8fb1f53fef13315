import { type Draws, pooled } from './draws.ts';
import { orderOf } from './order.ts';

/**
 * All draws of all chains from the least to the greatest, and where each was: what ranks and quantiles are read from.
 * Found once, it serves every diagnostic of the same draws.
 */
export interface SortedDraws {
  readonly values: Float64Array;
  /** Of each value, its chain and its number in it. */
  readonly chains: Uint32Array;
  readonly places: Uint32Array;
}

/** Draws must be finite. */
export function sortDraws(draws: Draws): SortedDraws {
  const length = draws[0]?.length ?? 0;
  const all = pooled(draws);
  const places = orderOf(all);
  const values = new Float64Array(all.length);
  const chains = new Uint32Array(all.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = all[places[i]];
    chains[i] = Math.floor(places[i] / length);
    places[i] -= chains[i] * length;
  }
  return { values, chains, places };
}

export function copySorted({ values, chains, places }: SortedDraws): SortedDraws {
  return { values: values.slice(), chains: chains.slice(), places: places.slice() };
}

/** Those of the first `length` draws of each chain, in the memory of `sorted`, which is lost. */
export function keepFirst(sorted: SortedDraws, length: number): SortedDraws {
  const { values, chains, places } = sorted;
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    values[count] = values[i];
    chains[count] = chains[i];
    places[count] = place;
    // No branch, which would be guessed wrong every other time: 1 where place < length.
    count += (place - length) >>> 31;
  }
  return firstOf(sorted, count);
}

/**
 * Those of the halves of `splitChains`, for chains of `length` draws.
 *
 * @param memory - of as many draws or more; what it holds is lost. Default: new.
 */
export function sortedHalves(
  sorted: SortedDraws,
  length: number,
  memory = sortedMemory(sorted.values.length),
): SortedDraws {
  const half = Math.floor(length / 2);
  const late = length - half;
  const { values } = sorted;
  let to = 0;
  for (let i = 0; i < values.length; i++) {
    const place = sorted.places[i];
    if (place === half && half < late) continue;
    // 1 where place >= late, again without a branch.
    const second = (late - 1 - place) >>> 31;
    memory.values[to] = values[i];
    memory.chains[to] = 2 * sorted.chains[i] + second;
    memory.places[to++] = place - second * late;
  }
  return firstOf(memory, to);
}

/** Those of the distances from `centre`: what lies above it and what lies below are sorted already. */
export function sortedDistances(
  { values, chains, places }: SortedDraws,
  centre: number,
): SortedDraws {
  const count = values.length;
  const distances = sortedMemory(count);
  let above = 0;
  while (above < count && values[above] < centre) above++;
  let below = above - 1;
  for (let to = 0; to < count; to++) {
    const isAbove =
      below < 0 || (above < count && values[above] - centre <= centre - values[below]);
    const from = isAbove ? above++ : below--;
    distances.values[to] = Math.abs(values[from] - centre);
    distances.chains[to] = chains[from];
    distances.places[to] = places[from];
  }
  return distances;
}

function firstOf({ values, chains, places }: SortedDraws, count: number): SortedDraws {
  return {
    values: values.subarray(0, count),
    chains: chains.subarray(0, count),
    places: places.subarray(0, count),
  };
}

export function sortedMemory(count: number): SortedDraws {
  return {
    values: new Float64Array(count),
    chains: new Uint32Array(count),
    places: new Uint32Array(count),
  };
}
