import type { Local } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { LINE, panelBytes, VECTOR, VECTORS } from './panels.ts';
import { totals } from './totals.ts';

/** The size of a block of a weight's gradient: outputs x inputs, `vectors` neighbours of rows at a time. */
export interface GradientTile {
  readonly outputs: number;
  readonly inputs: number;
  readonly vectors: 1 | 2;
}

/** An element's sums over even and over odd vectors of rows are apart until its tile is done. */
const HALVES = 2;

/** Bytes that the sums of a tile take. */
export function sumsBytes({ outputs, inputs }: GradientTile): number {
  return outputs * inputs * HALVES * VECTOR;
}

/**
 * The gradient of a layer's weights: into(o, i) += Σ_rows delta(o)·input(i), outputs x inputs, row-major.
 * The routine (delta, input, into, panels, sums); at `sums` it leaves what it has no register for.
 *
 * An element is summed up in vectors: one over the even vectors of each panel, one over the odd ones. A tile
 * of one vector at a time walks through the rows twice, one of two does both at once; the numbers are the
 * same.
 */
export function weightGradientRoutine(
  lanes: Lanes,
  tile: GradientTile,
  shape: { readonly outputs: number; readonly inputs: number },
): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32', 'i32']);
  const [delta, input, into, panels, sums] = [0, 1, 2, 3, 4].map((at) => f.parameter('i32', at));
  const { size } = lanes;
  const { vectors } = tile;
  const neighbours = () => Array.from({ length: vectors }, () => f.variable('v128'));
  const left = Array.from({ length: tile.outputs }, neighbours);
  const right = neighbours();
  const half = (element: number, which: number) => (HALVES * element + which) * VECTOR;

  const load = (vector: Local<'v128'>[], line: Local<'i32'>, unit: number, part: number) => {
    for (const [j, variable] of vector.entries()) {
      f.set(variable, lanes.load(line, unit * LINE + (part + j) * VECTOR));
    }
  };

  /** Sums up the parts `first`, `first + 2` of each panel, and as many of their neighbours as fit. */
  const sumUp = (outputs: number, inputs: number, inputLine: Local<'i32'>, first: number) => {
    const elements = Array.from({ length: outputs * inputs }, neighbours);
    for (const sum of elements.flat()) f.set(sum, lanes.constant(0));
    const d = f.keep(delta);
    const x = f.keep(inputLine);
    f.repeat(panels, () => {
      for (let part = first; part < VECTORS; part += HALVES) {
        for (let o = 0; o < outputs; o++) load(left[o], d, o, part);
        for (let i = 0; i < inputs; i++) {
          load(right, x, i, part);
          for (let o = 0; o < outputs; o++) {
            for (const [j, sum] of elements[o * inputs + i].entries()) {
              f.set(sum, lanes.madd(left[o][j], right[j], sum));
            }
          }
        }
      }
      f.advance(d, panelBytes(shape.outputs));
      f.advance(x, panelBytes(shape.inputs));
    });
    for (const [element, vector] of elements.entries()) {
      for (const [j, sum] of vector.entries()) {
        f.do(lanes.store(sums, half(element, first + j), sum));
      }
    }
  };

  /** Adds what a row of the tile's elements came to, from `element` on. */
  const addRow = (row: number, inputs: number, element: Local<'i32'>) => {
    const start = row * shape.inputs * size;
    const joined = Array.from({ length: inputs }, (_, i) => {
      const index = row * inputs + i;
      return f.keep(lanes.add(lanes.load(sums, half(index, 0)), lanes.load(sums, half(index, 1))));
    });
    let i = 0;
    for (; i + lanes.count <= inputs; i += lanes.count) {
      const offset = start + i * size;
      const total = totals(f, lanes, joined.slice(i, i + lanes.count));
      f.do(lanes.store(element, offset, lanes.add(lanes.load(element, offset), total)));
    }
    for (; i < inputs; i++) {
      f.do(lanes.addLane(element, start + i * size, totals(f, lanes, [joined[i]]), 0));
    }
  };

  const rowOfTiles = (outputs: number) => {
    const element = f.keep(into);
    const inputLine = f.keep(input);
    const oneTile = (inputs: number) => {
      for (let first = 0; first < HALVES; first += vectors) {
        sumUp(outputs, inputs, inputLine, first);
      }
      for (let row = 0; row < outputs; row++) addRow(row, inputs, element);
    };
    for (const [count, inputs] of evenTiles(shape.inputs, tile.inputs)) {
      f.repeat(count, () => {
        oneTile(inputs);
        f.advance(element, inputs * size);
        f.advance(inputLine, inputs * LINE);
      });
    }
  };

  f.repeat(Math.floor(shape.outputs / tile.outputs), () => {
    rowOfTiles(tile.outputs);
    f.advance(delta, tile.outputs * LINE);
    f.advance(into, tile.outputs * shape.inputs * size);
  });
  const rest = shape.outputs % tile.outputs;
  if (rest > 0) rowOfTiles(rest);
  return f;
}

/**
 * As few tiles as hold all inputs, how many of which size, none much smaller than the others: a small one's few sums wait for
 * each other.
 */
function evenTiles(
  inputs: number,
  most: number,
): readonly (readonly [count: number, size: number])[] {
  const tiles = Math.ceil(inputs / most);
  const size = Math.ceil(inputs / tiles);
  const smaller = tiles * size - inputs;
  return smaller === 0
    ? [[tiles, size]]
    : [
        [tiles - smaller, size],
        [smaller, size - 1],
      ];
}

/** The gradient of a layer's biases: into(o) += Σ_rows delta(o). The routine (delta, into, panels). */
export function biasGradientRoutine(lanes: Lanes, outputs: number): Routine {
  const f = new Routine(['i32', 'i32', 'i32']);
  const delta = f.parameter('i32', 0);
  const into = f.parameter('i32', 1);
  const panels = f.parameter('i32', 2);
  const sums = Array.from({ length: VECTORS }, () => f.variable('v128'));
  f.repeat(outputs, () => {
    for (const sum of sums) f.set(sum, lanes.constant(0));
    const d = f.keep(delta);
    f.repeat(panels, () => {
      for (const [part, sum] of sums.entries()) {
        f.set(sum, lanes.add(sum, lanes.load(d, part * VECTOR)));
      }
      f.advance(d, panelBytes(outputs));
    });
    const [a, b, c, e] = sums;
    const sum = f.keep(lanes.add(lanes.add(a, b), lanes.add(c, e)));
    f.do(lanes.addLane(into, 0, totals(f, lanes, [sum]), 0));
    f.advance(delta, LINE);
    f.advance(into, lanes.size);
  });
  return f;
}
