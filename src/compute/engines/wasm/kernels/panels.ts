import type { Lanes } from '../assembler/lanes.ts';

/**
 * How numbers of many rows and units lie in memory. A *panel* holds as many rows as fill a cache line (16
 * singles, 8 doubles): one line a unit, unit after unit. What a product walks through is so contiguous,
 * rows are what vectors run over, and no width needs padding; only rows are filled up to whole panels.
 */
export const LINE = 64;

export const VECTOR = 16;

/** Vectors in a line. */
export const VECTORS = LINE / VECTOR;

/** Rows of a panel. */
export function panelRows({ size }: Pick<Lanes, 'size'>): number {
  return LINE / size;
}

/** From panel to panel. An odd number of lines, so that equal units of many panels fall into all cache sets. */
export function panelBytes(units: number): number {
  return LINE * (units | 1);
}

export function panelsFor(rows: number, lanes: Pick<Lanes, 'size'>): number {
  return Math.ceil(rows / panelRows(lanes));
}
