import type { Local, V128 } from '../assembler/code.ts';
import { type Lanes, laneOfDoubles } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { f64 } from '../assembler/scalar.ts';
import { bits } from '../assembler/words.ts';
import { LINE, VECTOR, VECTORS } from './panels.ts';

/** One vector's worth of a chain, as a pass sees it. */
export interface Elements {
  /** The numbers of each of the pass's vectors. */
  readonly of: readonly Local<'v128'>[];
  /** The pass's scalars, one value in all lanes. */
  readonly scalars: readonly Local<'v128'>[];
  /** Computes a value once. */
  readonly keep: (value: V128) => Local<'v128'>;
}

/** What a pass does with one vector's worth. */
export interface Outcome {
  /** Vectors that are overwritten: their number and their new value. */
  readonly writes?: readonly (readonly [vector: number, value: V128])[];
  /** One pair a sum: the sum grows by their product, in f64. */
  readonly products?: readonly (readonly [V128, V128])[];
}

/**
 * One pass over the parameters of a chain. The routine takes `vectors` addresses, then `scalars` doubles,
 * then, where the outcome has products, the address of that many f64 cells that receive the sums.
 *
 * Chains lie at whole cache lines, and the numbers after the last parameter stay 0: what is written there
 * is masked.
 */
export function passRoutine(
  lanes: Lanes,
  dim: number,
  { vectors, scalars, sums = 0 }: { vectors: number; scalars: number; sums?: number },
  outcome: (elements: Elements) => Outcome,
): Routine {
  const f = new Routine([
    ...new Array<'i32'>(vectors).fill('i32'),
    ...new Array<'f64'>(scalars).fill('f64'),
    ...new Array<'i32'>(sums === 0 ? 0 : 1).fill('i32'),
  ]);
  const pointers = Array.from({ length: vectors }, (_, index) => f.parameter('i32', index));
  const spread = Array.from({ length: scalars }, (_, index) =>
    f.keep(lanes.splat(f.parameter('f64', vectors + index))),
  );
  // Two sums at a time do not wait for each other.
  const totals = Array.from({ length: sums }, () => [f.variable('v128'), f.variable('v128')]);

  /** The vector at `offset` of which `count` lanes are parameters. */
  const vectorAt = (offset: number, count: number) => {
    const of = pointers.map((pointer) => f.keep(lanes.load(pointer, offset)));
    const { writes = [], products = [] } = outcome({
      of,
      scalars: spread,
      keep: (value) => f.keep(value),
    });
    const masked = (value: V128) =>
      count < lanes.count ? bits.and(value, lanes.first(count)) : value;
    products.forEach(([a, b], sum) => {
      const left = lanes.doubles(f.keep(masked(a)));
      const right = lanes.doubles(f.keep(b));
      left.forEach((half, index) => {
        const total = totals[sum][(offset / VECTOR + index) % 2];
        f.set(total, lanes.pairs.madd(half, right[index], total));
      });
    });
    for (const [vector, value] of writes) {
      f.do(lanes.store(pointers[vector], offset, masked(value)));
    }
  };

  const inLine = VECTORS * lanes.count;
  f.repeat(Math.floor(dim / inLine), () => {
    for (let part = 0; part < VECTORS; part++) vectorAt(part * VECTOR, lanes.count);
    for (const pointer of pointers) f.advance(pointer, LINE);
  });
  for (let done = 0; done < dim % inLine; done += lanes.count) {
    vectorAt(done * lanes.size, Math.min(lanes.count, (dim % inLine) - done));
  }

  const cells = sums === 0 ? null : f.parameter('i32', vectors + scalars);
  totals.forEach((halves, sum) => {
    if (cells === null) return;
    const total = f.keep(lanes.pairs.add(halves[0], halves[1]));
    const both = f64.add(laneOfDoubles(total, 0), laneOfDoubles(total, 1));
    f.do(f64.store(cells, 8 * sum, both));
  });
  return f;
}
