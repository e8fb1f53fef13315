import { UNIT_STEP } from './mlp-network.ts';

/**
 * Copies rows of a row-major matrix into a chunk's layout (unit u of row r at `u·UNIT_STEP + r`): rows
 * `from … from+count` of the batch, or of the matrix itself when `batch` is null.
 */
export function gatherRows(
  matrix: Float64Array,
  columns: number,
  batch: Int32Array | null,
  from: number,
  count: number,
  into: Float64Array,
): void {
  for (let r = 0; r < count; r++) {
    const start = (batch === null ? from + r : batch[from + r]) * columns;
    for (let u = 0; u < columns; u++) into[u * UNIT_STEP + r] = matrix[start + u];
  }
}
