import { median } from './median.ts';

/**
 * The curvature that a first step size is made for: the median over the chains of the size of their
 * largest eigenvalues; 1, the metric's own unit, where no chain has a number.
 */
export function typicalCurvature(largest: readonly number[]): number {
  const curvature = median(largest.map(Math.abs));
  return curvature > 0 ? curvature : 1;
}
