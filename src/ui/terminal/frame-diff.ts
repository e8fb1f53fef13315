import { graphemesOf } from '../text/cut.ts';
import { widthOf } from '../text/width.ts';

/** One column of a row: its character (empty: the second half of a wide one) and the SGR codes it is shown with. */
interface Cell {
  readonly text: string;
  readonly look: string;
}

/** A row as it was drawn, kept beside its text so that equal rows are not read twice. */
export interface DrawnRow {
  readonly text: string;
  readonly cells: readonly Cell[];
}

/** A run of equal cells so short is written again: cheaper than moving over it. */
const GAP = 4;

/** Where the rows of a frame stand: on the whole screen, or below what was there with the cursor in one of them. */
export type Moves = (row: number, column: number) => string;

/** What has been written last: the SGR codes in force and where the cursor stands. */
interface Pen {
  look: string;
  out: string;
}

/**
 * The bytes that make a screen that shows one frame show another: only runs of cells that differ.
 *
 * @param before - rows as they are shown; a row that is not there is empty
 * @param after - rows with SGR sequences and nothing else that is no text
 * @param move - to a cell, both counted from 0
 * @param columns - of the screen; what goes beyond them is not written. Default: no limit
 * @returns the bytes and the rows as they are shown then
 */
export function diffFrames(
  before: readonly DrawnRow[],
  after: readonly string[],
  move: Moves,
  columns = Number.POSITIVE_INFINITY,
): { readonly bytes: string; readonly rows: readonly DrawnRow[] } {
  const pen: Pen = { look: '', out: '' };
  const rows = after.map((text, row) => {
    const shown = before[row];
    if (shown?.text === text) return shown;
    const cells = cellsOf(text, columns);
    drawRow(pen, shown?.cells ?? [], cells, (column) => move(row, column));
    return { text, cells };
  });
  for (let row = after.length; row < before.length; row++)
    if ((before[row]?.cells.length ?? 0) > 0) {
      setLook(pen, '');
      pen.out += `${move(row, 0)}\u001b[K`;
    }
  setLook(pen, '');
  return { bytes: pen.out, rows };
}

function drawRow(
  pen: Pen,
  before: readonly Cell[],
  after: readonly Cell[],
  move: (column: number) => string,
): void {
  const differs = (column: number) => !isSame(before[column], after[column]);
  let column = 0;
  while (column < after.length) {
    if (!differs(column)) {
      column += 1;
      continue;
    }
    // A wide character is written from its first half.
    let start = column;
    while (start > 0 && after[start]?.text === '') start -= 1;
    let last = column;
    for (let next = column + 1; next < after.length && next - last <= GAP; next++)
      if (differs(next)) last = next;
    while (after[last + 1]?.text === '') last += 1;
    pen.out += move(start);
    for (let at = start; at <= last; at++) {
      const cell = after[at];
      if (cell === undefined) break;
      setLook(pen, cell.look);
      pen.out += cell.text;
    }
    column = last + 1;
  }
  if (before.length > after.length) {
    setLook(pen, '');
    pen.out += `${move(after.length)}\u001b[K`;
  }
}

/** A blank cell looks the same whether anything was written there or not. */
function isSame(before: Cell | undefined, after: Cell | undefined): boolean {
  const { text: oldText, look: oldLook } = before ?? BLANK;
  const { text, look } = after ?? BLANK;
  return oldText === text && oldLook === look;
}

const BLANK: Cell = { text: ' ', look: '' };

function setLook(pen: Pen, look: string): void {
  if (pen.look === look) return;
  pen.out += look === '' ? '\u001b[0m' : `\u001b[0;${look}m`;
  pen.look = look;
}

const SGR = /\u001b\[([\d;]*)m/g;

function cellsOf(row: string, columns: number): Cell[] {
  const cells: Cell[] = [];
  const codes = new Map<string, string>();
  let look = '';
  let from = 0;
  const add = (text: string): void => {
    for (const character of graphemesOf(text)) {
      const width = widthOf(character);
      if (width === 0) continue;
      if (cells.length + width > columns) return;
      cells.push({ text: character, look });
      for (let half = 1; half < width; half++) cells.push({ text: '', look });
    }
  };
  for (const match of row.matchAll(SGR)) {
    add(row.slice(from, match.index));
    from = match.index + match[0].length;
    for (const code of (match[1] || '0').split(';')) apply(codes, Number(code));
    look = [...codes.values()].join(';');
  }
  add(row.slice(from));
  while (cells.length > 0 && isSame(cells.at(-1), undefined)) cells.pop();
  return cells;
}

/** The styles of the console: bold, dim, underline, inverse and a colour. */
function apply(codes: Map<string, string>, code: number): void {
  if (code === 0) codes.clear();
  else if (code === 22) {
    codes.delete('bold');
    codes.delete('dim');
  } else if (code === 24) codes.delete('underline');
  else if (code === 27) codes.delete('inverse');
  else if (code === 39) codes.delete('colour');
  else if (code === 1) codes.set('bold', '1');
  else if (code === 2) codes.set('dim', '2');
  else if (code === 4) codes.set('underline', '4');
  else if (code === 7) codes.set('inverse', '7');
  else if (code >= 30 && code <= 37) codes.set('colour', String(code));
}
