import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { i32 } from '../assembler/scalar.ts';
import { LINE, panelBytes, panelRows, VECTOR } from './panels.ts';

/**
 * Puts rows of a row-major matrix of `columns` columns into panels: (matrix, indices, into, wholePanels,
 * rest), `rest` rows more than fill whole panels. Indices are 32-bit row numbers.
 */
export function gatherRoutine(lanes: Lanes, columns: number): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32', 'i32']);
  const [matrix, indices, into, wholePanels, rest] = [0, 1, 2, 3, 4].map((index) =>
    f.parameter('i32', index),
  );
  const { size } = lanes;
  const row = f.variable('i32');
  const at = f.variable('i32');
  const line = f.variable('i32');
  /** One row into the lines from `at` on. */
  const gatherRow = () => {
    f.set(row, i32.add(matrix, i32.times(i32.load(indices), columns * size)));
    f.set(line, at);
    const turn = Math.min(columns, TURN);
    f.repeat(Math.floor(columns / turn), () => {
      for (let u = 0; u < turn; u++) f.do(lanes.copyOne(row, u * size, line, u * LINE));
      f.advance(row, turn * size);
      f.advance(line, turn * LINE);
    });
    for (let u = 0; u < columns % turn; u++) {
      f.do(lanes.copyOne(row, u * size, line, u * LINE));
    }
    f.advance(at, size);
    f.advance(indices, 4);
  };
  f.repeat(wholePanels, () => {
    f.set(at, into);
    f.repeat(panelRows(lanes), gatherRow);
    f.advance(into, panelBytes(columns));
  });
  f.set(at, into);
  f.repeat(rest, gatherRow);
  return f;
}

/** Columns that one turn of the copying loop takes. */
const TURN = 32;

/** Adds the first `units` units of one buffer to those of another: (from, into, panels). */
export function addUnitsRoutine(
  lanes: Lanes,
  units: number,
  widths: { readonly from: number; readonly into: number },
): Routine {
  const f = new Routine(['i32', 'i32', 'i32']);
  const [from, into, panels] = [0, 1, 2].map((index) => f.parameter('i32', index));
  f.repeat(panels, () => {
    const source = f.keep(from);
    const sum = f.keep(into);
    f.repeat(units, () => {
      for (let at = 0; at < LINE; at += VECTOR) {
        f.do(lanes.store(sum, at, lanes.add(lanes.load(sum, at), lanes.load(source, at))));
      }
      f.advance(source, LINE);
      f.advance(sum, LINE);
    });
    f.advance(from, panelBytes(widths.from));
    f.advance(into, panelBytes(widths.into));
  });
  return f;
}
