import { unsortedQuantile } from './moments.ts';

/** A histogram whose bars have the area 1 together. */
export interface DensityHistogram {
  /** Rising: one more than bars. */
  readonly edges: readonly number[];
  readonly density: readonly number[];
}

/**
 * With numpy's `bins="auto"`, which ArviZ's histograms use: the narrower of the widths of Freedman & Diaconis (1981),
 * yet no narrower than half the range over √n, and of Sturges (1926). Finite values, at least one.
 */
export function densityHistogram(values: Float64Array): DensityHistogram {
  const count = values.length;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  const range = high - low;
  if (range === 0) return { edges: [low - 0.5, low + 0.5], density: [1] };
  const moved = values.slice();
  const quartiles = unsortedQuantile(moved, 0.75) - unsortedQuantile(moved, 0.25);
  const byQuartiles = Math.max((2 * quartiles) / Math.cbrt(count), range / Math.sqrt(count) / 2);
  const bySturges = range / (Math.log2(count) + 1);
  const bins = Math.ceil(range / Math.min(byQuartiles, bySturges));
  const edges = Array.from({ length: bins + 1 }, (_, i) =>
    i === bins ? high : low + (i * range) / bins,
  );
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    let bin = Math.min(Math.floor(((value - low) / range) * bins), bins - 1);
    // Rounding must not move a value over an edge.
    if (value < edges[bin]) bin -= 1;
    else if (bin < bins - 1 && value >= edges[bin + 1]) bin += 1;
    counts[bin] += 1;
  }
  return {
    edges,
    density: counts.map((inside, i) => inside / (count * (edges[i + 1] - edges[i]))),
  };
}
