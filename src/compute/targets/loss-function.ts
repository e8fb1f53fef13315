/**
 * The reference form of a problem's loss: f64, one position at a time, obvious rather than fast.
 * Every engine is tested against it; the plain engine is made of it.
 */
export interface LossFunction {
  /** Number of parameters d. */
  readonly dim: number;
  /** Rows of data, 0 where the loss has none. */
  readonly rows: number;
  /**
   * Returns L at `position`, over `batch` (row numbers) or all rows when null, and writes ∇L into the
   * caller's `gradient` (length d, overwritten) unless it is null.
   */
  evaluate(position: Float64Array, gradient: Float64Array | null, batch: Int32Array | null): number;
}
