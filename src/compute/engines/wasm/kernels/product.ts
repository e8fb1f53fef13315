import type { I32, Local, Statement, V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { i32 } from '../assembler/scalar.ts';
import { LINE, panelBytes, VECTOR, VECTORS } from './panels.ts';

/** The size of a block of results that stays in registers: units x vectors of rows. */
export interface Tile {
  readonly units: number;
  readonly vectors: number;
}

/**
 * What a product is of: `units` results, each a sum of `inner` terms weight(unit, k)·input(k), for every
 * row. Weight (u, k) lies u·unitStep + k·innerStep numbers from the matrix's start.
 */
export interface ProductShape {
  readonly units: number;
  readonly inner: number;
  readonly unitStep: number;
  readonly innerStep: number;
}

/** Where a finished vector of results belongs, in every buffer of the result's layout. */
export interface Place {
  /** Bytes from a buffer's start to the tile's first unit in its panel. */
  readonly at: Local<'i32'>;
  /** Further bytes, known now. */
  readonly offset: number;
}

/**
 * results ← weights · inputs, over `panels` panels: the routine (weights, offsets, inputs, panels, ...) whose
 * further parameters, all addresses, are those of `finish`.
 *
 * Tiles of units go outside and panels inside: a tile's weights stay in the first-level cache while the
 * rows stream by. What becomes of a vector of sums is `finish`'s matter, so that an activation or its
 * derivative costs no pass of its own.
 *
 * @param withOffsets whether sums start at `offsets[unit]` instead of 0.
 */
export function productRoutine(
  lanes: Lanes,
  tile: Tile,
  shape: ProductShape,
  withOffsets: boolean,
  buffers: number,
  finish: (
    f: Routine,
    sum: Local<'v128'>,
    place: Place,
    buffers: readonly Local<'i32'>[],
  ) => readonly Statement[],
): Routine {
  const f = new Routine(new Array<'i32'>(4 + buffers).fill('i32'));
  const weights = f.parameter('i32', 0);
  const offsets = f.parameter('i32', 1);
  const inputs = f.parameter('i32', 2);
  const panels = f.parameter('i32', 3);
  const into = Array.from({ length: buffers }, (_, index) => f.parameter('i32', 4 + index));
  const { inner, unitStep, innerStep } = shape;
  const tileStart = f.variable('i32');

  const sumsOf = (units: number, vectors: number) =>
    Array.from({ length: units }, () => Array.from({ length: vectors }, () => f.variable('v128')));
  const right = Array.from({ length: VECTORS }, () => f.variable('v128'));
  const left = f.variable('v128');

  /** One tile's units for every panel. */
  const tileOf = (vectors: number, sums: readonly Local<'v128'>[][]) => {
    const input = f.keep(inputs);
    const at = f.keep(tileStart);
    f.repeat(panels, () => {
      for (let part = 0; part < VECTORS; part += vectors) {
        start(sums);
        const weight = f.keep(weights);
        const line = f.keep(input);
        unrolled(
          f,
          inner,
          (k) => {
            for (let j = 0; j < vectors; j++) {
              f.set(right[j], lanes.load(line, k * LINE + (part + j) * VECTOR));
            }
            sums.forEach((row, i) => {
              f.set(left, lanes.loadSplat(weight, (i * unitStep + k * innerStep) * lanes.size));
              row.forEach((sum, j) => {
                f.set(sum, lanes.madd(left, right[j], sum));
              });
            });
          },
          [
            [weight, innerStep * lanes.size],
            [line, LINE],
          ],
        );
        sums.forEach((row, i) => {
          row.forEach((sum, j) => {
            f.do(...finish(f, sum, { at, offset: i * LINE + (part + j) * VECTOR }, into));
          });
        });
      }
      f.advance(input, panelBytes(inner));
      f.advance(at, panelBytes(shape.units));
    });
  };

  const start = (sums: readonly Local<'v128'>[][]) => {
    sums.forEach((row, i) => {
      const first: V128 = withOffsets
        ? lanes.loadSplat(offsets, i * lanes.size)
        : lanes.constant(0);
      for (const sum of row) f.set(sum, first);
    });
  };

  const whole = Math.floor(shape.units / tile.units);
  const sums = sumsOf(tile.units, tile.vectors);
  f.repeat(whole, () => {
    tileOf(tile.vectors, sums);
    f.advance(weights, tile.units * unitStep * lanes.size);
    f.advance(offsets, tile.units * lanes.size);
    f.advance(tileStart, tile.units * LINE);
  });
  const rest = shape.units % tile.units;
  if (rest > 0) {
    const vectors = rest * VECTORS <= tile.units * tile.vectors ? VECTORS : tile.vectors;
    tileOf(vectors, sumsOf(rest, vectors));
  }
  return f;
}

/** Steps that one turn of a loop over the inner dimension takes. */
const UNROLLED = 16;

/** Emits `step(k)` for k below `count`, in turns of 16 with pointers that move on between them. */
function unrolled(
  f: Routine,
  count: number,
  step: (k: number) => void,
  pointers: readonly (readonly [Local<'i32'>, number])[],
): void {
  const turn = count <= 2 * UNROLLED ? count : UNROLLED;
  f.repeat(Math.floor(count / turn), () => {
    for (let k = 0; k < turn; k++) step(k);
    for (const [pointer, bytes] of pointers) f.advance(pointer, turn * bytes);
  });
  for (let k = 0; k < count % turn; k++) step(k);
}

/** The address of a place in one buffer. */
export function placed(buffer: I32, { at }: Place): I32 {
  return i32.add(buffer, at);
}
