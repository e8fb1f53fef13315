/** A loss of parameters that lie in an engine's memory. */
export interface AddressedLoss {
  /**
   * Returns L at the position (an address) over the batch, or all rows when null, and overwrites `gradient`
   * (an address) with ∇L unless it is 0.
   */
  evaluate(position: number, gradient: number, batch: GatheredBatch | null): number;
}

/** Row numbers that lie in memory as 32-bit integers. */
export interface GatheredBatch {
  readonly indices: number;
  readonly size: number;
}
