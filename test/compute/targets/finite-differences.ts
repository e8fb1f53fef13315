import type { LossFunction } from '../../../src/compute/targets/loss-function.ts';

/** Central differences of the loss in every coordinate, from four evaluations each (error ~ step⁴). */
export function numericGradient(
  loss: LossFunction,
  position: Float64Array,
  batch: Int32Array | null = null,
  step = 1e-3,
): Float64Array {
  const at = Float64Array.from(position);
  const value = (i: number, offset: number) => {
    at[i] = position[i] + offset;
    const result = loss.evaluate(at, null, batch);
    at[i] = position[i];
    return result;
  };
  return Float64Array.from(position, (_, i) => {
    const near = value(i, step) - value(i, -step);
    const far = value(i, 2 * step) - value(i, -2 * step);
    return (8 * near - far) / (12 * step);
  });
}

/** max |a − b| over 1 + max |b|. */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    size = Math.max(size, Math.abs(b[i]));
  }
  return difference / (1 + size);
}
