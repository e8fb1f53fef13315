import type { Local } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { LINE, panelBytes, VECTOR, VECTORS } from './panels.ts';
import { totals } from './totals.ts';

/** The size of a block of a weight's gradient: outputs x inputs, each a vector of sums over rows. */
export interface GradientTile {
  readonly outputs: number;
  readonly inputs: number;
}

/**
 * The gradient of a layer's weights: into(o, i) += Σ_rows delta(o)·input(i), outputs x inputs, row-major.
 * The routine (delta, input, into, panels).
 *
 * Every element is a vector of sums over rows until the last panel; its lanes are added up once a tile.
 */
export function weightGradientRoutine(
  lanes: Lanes,
  tile: GradientTile,
  shape: { readonly outputs: number; readonly inputs: number },
): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32']);
  const delta = f.parameter('i32', 0);
  const input = f.parameter('i32', 1);
  const into = f.parameter('i32', 2);
  const panels = f.parameter('i32', 3);
  const { size } = lanes;
  const sums = Array.from({ length: tile.outputs }, () =>
    Array.from({ length: tile.inputs }, () => f.variable('v128')),
  );
  const left = Array.from({ length: tile.outputs }, () => f.variable('v128'));
  const right = f.variable('v128');

  const tileOf = (
    outputs: number,
    inputs: number,
    element: Local<'i32'>,
    inputLine: Local<'i32'>,
  ) => {
    const used = sums.slice(0, outputs).map((row) => row.slice(0, inputs));
    for (const sum of used.flat()) f.set(sum, lanes.constant(0));
    const d = f.keep(delta);
    const x = f.keep(inputLine);
    f.repeat(panels, () => {
      for (let part = 0; part < VECTORS; part++) {
        for (let o = 0; o < outputs; o++) f.set(left[o], lanes.load(d, o * LINE + part * VECTOR));
        for (let i = 0; i < inputs; i++) {
          f.set(right, lanes.load(x, i * LINE + part * VECTOR));
          for (let o = 0; o < outputs; o++) {
            f.set(used[o][i], lanes.madd(left[o], right, used[o][i]));
          }
        }
      }
      f.advance(d, panelBytes(shape.outputs));
      f.advance(x, panelBytes(shape.inputs));
    });
    used.forEach((row, o) => {
      const start = o * shape.inputs * size;
      let i = 0;
      for (; i + lanes.count <= inputs; i += lanes.count) {
        const offset = start + i * size;
        const total = totals(f, lanes, row.slice(i, i + lanes.count));
        f.do(lanes.store(element, offset, lanes.add(lanes.load(element, offset), total)));
      }
      for (; i < inputs; i++) {
        f.do(lanes.addLane(element, start + i * size, totals(f, lanes, [row[i]]), 0));
      }
    });
  };

  const rowOfTiles = (outputs: number) => {
    const element = f.keep(into);
    const inputLine = f.keep(input);
    f.repeat(Math.floor(shape.inputs / tile.inputs), () => {
      tileOf(outputs, tile.inputs, element, inputLine);
      f.advance(element, tile.inputs * size);
      f.advance(inputLine, tile.inputs * LINE);
    });
    const rest = shape.inputs % tile.inputs;
    if (rest > 0) tileOf(outputs, rest, element, inputLine);
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
