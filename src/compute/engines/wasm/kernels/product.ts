import type { Local, V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
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
  /** Whether sums start at `offsets[unit]` instead of 0. */
  readonly offsets: boolean;
}

/** Bytes between terms from which on, in multiples, a tile's weights would share few sets of the cache. */
const BAD_STRIDE = 512;

/** Terms from which on a copy of a tile's weights pays. */
const WORTH_A_COPY = 32;

/** Bytes that a copy of a tile's weights takes. */
export function copyBytes(lanes: Lanes, tile: Tile, inner: number): number {
  return tile.units * inner * lanes.size;
}

/**
 * results ← weights · inputs, over `panels` panels: the routine (weights, offsets, inputs, panels, copy, …)
 * whose further parameters are the addresses of `results` buffers.
 *
 * Tiles of units go outside and panels inside: a tile's weights stay in the first-level cache while the rows
 * stream by. Where their stride would keep them from it they are copied first, to `copy`.
 *
 * @param finish what becomes of a vector of sums: its value in each buffer. `before` reads what stood in the
 *   first buffer there. So an activation or its derivative costs no pass of its own.
 */
export function productRoutine(
  lanes: Lanes,
  tile: Tile,
  shape: ProductShape,
  results: number,
  finish: (f: Routine, sum: Local<'v128'>, before: () => V128) => readonly V128[],
): Routine {
  const f = new Routine(new Array<'i32'>(5 + results).fill('i32'));
  const [weights, offsets, inputs, panels, copy] = [0, 1, 2, 3, 4].map((at) =>
    f.parameter('i32', at),
  );
  const buffers = Array.from({ length: results }, (_, index) => f.parameter('i32', 5 + index));
  const { units, inner, unitStep, innerStep } = shape;
  const { size } = lanes;
  const left = f.variable('v128');
  const right = Array.from({ length: VECTORS }, () => f.variable('v128'));

  const copies = (innerStep * size) % BAD_STRIDE === 0 && inner >= WORTH_A_COPY;

  /** A tile's units for every panel, from the addresses at which the parameters stand. */
  const oneTile = (tileUnits: number, vectors: number) => {
    // The sums of one unit alone would wait for each other: three times as many do not.
    const sets = Array.from({ length: tileUnits === 1 ? 3 : 1 }, () =>
      matrixOf(tileUnits, vectors, () => f.variable('v128')),
    );
    const [sums] = sets;
    if (copies) copyTile(tileUnits);
    const tileWeights = copies
      ? { start: copy, unitStep: 1, innerStep: tileUnits }
      : { start: weights, unitStep, innerStep };
    const input = f.keep(inputs);
    const into = buffers.map((buffer) => f.keep(buffer));
    f.repeat(panels, () => {
      for (let part = 0; part < VECTORS; part += vectors) {
        begin(sets);
        sumUp(sets, tileWeights, f.keep(input), part);
        for (const set of sets.slice(1)) addTo(sums, set);
        end(sums, into, part);
      }
      f.advance(input, panelBytes(inner));
      for (const address of into) f.advance(address, panelBytes(units));
    });
  };

  const copyTile = (tileUnits: number) => {
    const from = f.keep(weights);
    const to = f.keep(copy);
    f.repeat(inner, () => {
      for (let u = 0; u < tileUnits; u++) {
        f.do(lanes.copyOne(from, u * unitStep * size, to, u * size));
      }
      f.advance(from, innerStep * size);
      f.advance(to, tileUnits * size);
    });
  };

  const begin = ([sums, ...more]: readonly Local<'v128'>[][][]) => {
    for (const [u, row] of sums.entries()) {
      f.set(left, shape.offsets ? lanes.loadSplat(offsets, u * size) : lanes.constant(0));
      for (const sum of row) f.set(sum, left);
    }
    for (const sum of more.flat(2)) f.set(sum, lanes.constant(0));
  };

  const addTo = (sums: Local<'v128'>[][], set: Local<'v128'>[][]) => {
    for (const [u, row] of sums.entries()) {
      for (const [j, sum] of row.entries()) f.set(sum, lanes.add(sum, set[u][j]));
    }
  };

  /** sums(u, j) += Σ_k weight(u, k)·input(k, part + j), the terms dealt out to the sets in turn. */
  const sumUp = (
    sets: readonly Local<'v128'>[][][],
    at: { start: Local<'i32'>; unitStep: number; innerStep: number },
    line: Local<'i32'>,
    part: number,
  ) => {
    const weight = f.keep(at.start);
    const term = (k: number) => {
      const sums = sets[k % sets.length];
      for (const j of sums[0].keys()) {
        f.set(right[j], lanes.load(line, k * LINE + (part + j) * VECTOR));
      }
      for (const [u, row] of sums.entries()) {
        f.set(left, lanes.loadSplat(weight, (u * at.unitStep + k * at.innerStep) * size));
        for (const [j, sum] of row.entries()) f.set(sum, lanes.madd(left, right[j], sum));
      }
    };
    const turn = inner <= 2 * UNROLLED ? inner : UNROLLED;
    f.repeat(Math.floor(inner / turn), () => {
      for (let k = 0; k < turn; k++) term(k);
      if (turn === inner) return;
      f.advance(weight, turn * at.innerStep * size);
      f.advance(line, turn * LINE);
    });
    for (let k = 0; k < inner % turn; k++) term(k);
  };

  /** Neighbours are stored one after the other, so that a compiler can make one store of two. */
  const end = (sums: Local<'v128'>[][], into: readonly Local<'i32'>[], part: number) => {
    const place = (u: number, j: number) => u * LINE + (part + j) * VECTOR;
    const values = sums.map((row, u) =>
      row.map((sum, j) => {
        const before = () => lanes.load(into[0], place(u, j));
        return finish(f, sum, before).map((value) => f.keep(value));
      }),
    );
    for (const [buffer, address] of into.entries()) {
      for (const [u, row] of values.entries()) {
        for (const [j, value] of row.entries()) {
          f.do(lanes.store(address, place(u, j), value[buffer]));
        }
      }
    }
  };

  f.repeat(Math.floor(units / tile.units), () => {
    oneTile(tile.units, tile.vectors);
    f.advance(weights, tile.units * unitStep * size);
    f.advance(offsets, tile.units * size);
    for (const buffer of buffers) f.advance(buffer, tile.units * LINE);
  });
  const rest = units % tile.units;
  // Few units leave registers for a whole line.
  const wide = rest * VECTORS <= tile.units * tile.vectors;
  if (rest > 0) oneTile(rest, wide ? VECTORS : tile.vectors);
  return f;
}

/** Steps that one turn of a loop over the inner dimension takes. */
const UNROLLED = 16;

function matrixOf<T>(rows: number, columns: number, make: () => T): T[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, make));
}
