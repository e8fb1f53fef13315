import type { SamplerName } from '../../compute/settings.ts';
import type { ResultRow } from './results-table.ts';

/** What sweeps are compared by. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  /** What is better, and over what. */
  readonly note: string;
  readonly axis: string;
  readonly of: (row: ResultRow) => number;
}

/** The four figures of the Python original. Sources: science 3.1 (work), 3.6 (effective sizes). */
export const MEASURES: readonly Measure[] = [
  {
    name: 'ess_per_sec',
    title: 'Effective draws a second',
    note: 'Higher is better. Sampling alone, without warm-up.',
    axis: 'effective draws a second',
    of: ({ ess, samplingTime }) => ess / samplingTime,
  },
  {
    name: 'wnv_time',
    title: 'Variance times seconds',
    note: 'Lower is better: the squared error that a second of sampling leaves.',
    axis: 'squared error x seconds',
    of: ({ wnvTime }) => wnvTime,
  },
  {
    name: 'wnv_fde',
    title: 'Variance times gradients of all data',
    note: 'Lower is better: the squared error that the work of one gradient of all data leaves, whatever the machine.',
    axis: 'squared error x gradients',
    of: ({ wnvFde }) => wnvFde,
  },
  {
    name: 'llc_se',
    title: 'Standard error of the estimate',
    note: 'As each job was set up: not of equal work.',
    axis: 'standard error of the LLC',
    of: ({ llcSe }) => llcSe,
  },
];

/** A sampler at a size: the median over seeds and problems, and the middle half. */
export interface Median {
  readonly sampler: SamplerName;
  readonly size: number;
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/** By sampler and size, in the order of sizes. Values that are no positive numbers are left out: the axes are logarithmic. */
export function medians(
  rows: readonly ResultRow[],
  sizeOf: (row: ResultRow) => number,
  measured: (row: ResultRow) => number,
): Median[] {
  const groups = new Map<string, { sampler: SamplerName; size: number; values: number[] }>();
  for (const row of rows) {
    const value = measured(row);
    const size = sizeOf(row);
    if (!(value > 0 && Number.isFinite(value) && Number.isFinite(size))) continue;
    const key = `${row.sampler} ${size}`;
    const group = groups.get(key) ?? { sampler: row.sampler, size, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ sampler, size, values }) => {
      const sorted = values.sort((a, b) => a - b);
      return {
        sampler,
        size,
        median: quantile(sorted, 0.5),
        lower: quantile(sorted, 0.25),
        upper: quantile(sorted, 0.75),
        count: sorted.length,
      };
    })
    .sort((a, b) => a.size - b.size);
}

/** Linear between order statistics (Hyndman & Fan's type 7). */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const rest = at - below;
  return sorted[below] * (1 - rest) + (sorted[below + 1] ?? sorted[below]) * rest;
}
