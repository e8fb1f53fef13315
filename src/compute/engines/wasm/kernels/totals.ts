import type { Local, V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import type { Routine } from '../assembler/routine.ts';

/** Lane i: the sum of the lanes of vector i. Up to as many vectors as there are lanes. */
export function totals(f: Routine, lanes: Lanes, vectors: readonly Local<'v128'>[]): V128 {
  const [a] = vectors;
  const [, b = a, c = a, d = b] = vectors;
  const halves = (x: V128, y: V128) =>
    lanes.add(lanes.interleaveLow(x, y), lanes.interleaveHigh(x, y));
  if (lanes.count === 2) return halves(a, b);
  // [a0 + a2, b0 + b2, a1 + a3, b1 + b3], and the same of c and d.
  const ab = f.keep(halves(a, b));
  const cd = f.keep(halves(c, d));
  return lanes.add(lanes.joinLow(ab, cd), lanes.joinHigh(ab, cd));
}
