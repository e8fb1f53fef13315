import type { Frame, FrameRow } from './frame.ts';

/** Unchanged cells between changed ones that are cheaper written again than jumped over. */
const GAP = 5;

/** Where a painter is on the screen; rows count from 0 at the frame's first row. */
interface Pen {
  readonly mode: PaintMode;
  row: number;
  look: string;
  out: string;
}

/**
 * `alternate`: the frame begins at the screen's first row. `inline`: it begins where the cursor was and may
 * scroll the screen when it grows; between two frames the cursor stands in the first column of its last row.
 */
export type PaintMode = 'alternate' | 'inline';

/**
 * What to write so that a screen that shows one frame shows the next. Only cells that differ are written; the
 * text leaves no SGR in force.
 */
export function diffFrames(before: Frame, after: Frame, mode: PaintMode = 'alternate'): string {
  const pen: Pen = { mode, row: Math.max(0, before.length - 1), look: '', out: '' };
  for (const [index, row] of after.entries()) {
    const old = before[index];
    if (old === undefined && mode === 'inline') newRow(pen, index);
    if (old !== row) paintRow(pen, index, old, row);
  }
  if (after.length < before.length) eraseBelow(pen, after.length);
  dress(pen, '');
  if (mode === 'inline' && pen.out !== '') moveTo(pen, Math.max(0, after.length - 1), 0);
  return pen.out;
}

function paintRow(pen: Pen, index: number, old: FrameRow | undefined, row: FrameRow): void {
  const before = old ?? { source: '', cells: [], looks: [] };
  const width = row.cells.length;
  let column = 0;
  while (column < width) {
    if (isSame(before, row, column)) {
      column += 1;
      continue;
    }
    const end = endOfRun(before, row, column);
    moveTo(pen, index, column);
    writeCells(pen, row, column, end);
    column = end;
  }
  if (before.cells.length > width) {
    moveTo(pen, index, width);
    dress(pen, '');
    pen.out += '\x1b[K';
  }
}

/** One past the last changed cell before a gap that is worth a jump. */
function endOfRun(before: FrameRow, row: FrameRow, start: number): number {
  let end = start + 1;
  for (let column = end; column < row.cells.length && column - end <= GAP; column++) {
    if (!isSame(before, row, column)) end = column + 1;
  }
  return end;
}

/** Cells past the end of a row are blank. */
function isSame(before: FrameRow, row: FrameRow, column: number): boolean {
  return (
    (before.cells[column] ?? ' ') === row.cells[column] &&
    (before.looks[column] ?? '') === row.looks[column]
  );
}

function writeCells(pen: Pen, row: FrameRow, from: number, to: number): void {
  for (let column = from; column < to; column++) {
    const cell = row.cells[column] as string;
    dress(pen, row.looks[column] as string);
    pen.out += cell;
    if (!isDoubtful(cell, row.cells[column + 1])) continue;
    // Terminals differ in how wide they take such a character to be: say where the next one goes.
    const next = row.cells.findIndex((text, at) => at > column && text !== '');
    if (next > 0 && next < to) pen.out += `\x1b[${next + 1}G`;
  }
}

function isDoubtful(cell: string, following: string | undefined): boolean {
  return cell !== '' && (following === '' || cell.length > 1);
}

function dress(pen: Pen, look: string): void {
  if (look === pen.look) return;
  pen.out += look === '' ? '\x1b[0m' : `\x1b[0;${look}m`;
  pen.look = look;
}

function moveTo(pen: Pen, row: number, column: number): void {
  if (pen.mode === 'alternate') {
    pen.out += `\x1b[${row + 1};${column + 1}H`;
    return;
  }
  const down = row - pen.row;
  if (down !== 0) pen.out += `\x1b[${Math.abs(down)}${down > 0 ? 'B' : 'A'}`;
  pen.out += column === 0 ? '\r' : `\x1b[${column + 1}G`;
  pen.row = row;
}

/** A line feed makes room at the screen's end, where a move would stop. */
function newRow(pen: Pen, row: number): void {
  if (row === 0) return;
  moveTo(pen, row - 1, 0);
  dress(pen, '');
  pen.out += '\r\n';
  pen.row = row;
}

function eraseBelow(pen: Pen, row: number): void {
  dress(pen, '');
  moveTo(pen, row, 0);
  pen.out += '\x1b[J';
}
