import { graphemesOf, widthOf } from '../text/width.ts';

/** A row of a screen as cells. */
export interface FrameRow {
  /** What it was read from. */
  readonly source: string;
  /** One text a column; the second half of a wide character is empty. Blank columns at the end are left off. */
  readonly cells: readonly string[];
  /** Of each cell its SGR codes, `1;31`; empty for none. */
  readonly looks: readonly string[];
}

export type Frame = readonly FrameRow[];

const ESC = '\x1b';
/** The groups in which one SGR code takes another's place. */
const ENDED_BY: Readonly<Record<number, readonly number[]>> = {
  22: [1, 2],
  24: [4],
  27: [7],
  39: [31, 32, 35, 36],
};
const SHOWN = new Set([1, 2, 4, 7, 31, 32, 35, 36]);

/**
 * Reads a frame: rows of text with SGR. Codes that the console does not use, other escape sequences and control
 * characters are left out.
 *
 * @param columns - cells past them are left out
 * @param previous - rows that were read before and have the same text are taken from there
 */
export function parseFrame(text: string, columns: number, previous: Frame = []): Frame {
  return text.split('\n').map((source, index) => {
    const known = previous[index];
    return known?.source === source ? known : parseRow(source, columns);
  });
}

function parseRow(source: string, columns: number): FrameRow {
  const cells: string[] = [];
  const looks: string[] = [];
  let codes: readonly number[] = [];
  for (const [index, part] of source.split(ESC).entries()) {
    const sequence = index === 0 ? { rest: part } : readSequence(part);
    if (sequence.sgr !== undefined) codes = applied(codes, sequence.sgr);
    putText(sequence.rest, codes.join(';'), columns, cells, looks);
  }
  while (cells.at(-1) === ' ' && looks.at(-1) === '') {
    cells.pop();
    looks.pop();
  }
  return { source, cells, looks };
}

/** What follows an ESC: `[1;31mtext`, `[2Ktext`, `]0;title BEL text`, `(Btext`. */
function readSequence(part: string): { readonly sgr?: string; readonly rest: string } {
  if (part.startsWith('[')) {
    const end = part.slice(1).search(/[@-~]/) + 1;
    if (end === 0) return { rest: '' };
    const rest = part.slice(end + 1);
    return part[end] === 'm' ? { sgr: part.slice(1, end), rest } : { rest };
  }
  if (part.startsWith(']')) {
    const end = part.indexOf('\x07');
    return { rest: end < 0 ? '' : part.slice(end + 1) };
  }
  return { rest: part.slice(1) };
}

function applied(codes: readonly number[], parameters: string): readonly number[] {
  // 38;5;n and 48;2;r;g;b carry numbers that are no codes of their own.
  if (/^[34]8/.test(parameters)) return codes;
  let now = [...codes];
  for (const code of parameters.split(';').map(Number)) {
    if (code === 0) now = [];
    const gone = ENDED_BY[code] ?? (code > 30 && code < 40 ? (ENDED_BY[39] ?? []) : []);
    now = now.filter((each) => !gone.includes(each) && each !== code);
    if (SHOWN.has(code)) now.push(code);
  }
  return now.sort((a, b) => a - b);
}

function putText(
  text: string,
  look: string,
  columns: number,
  cells: string[],
  looks: string[],
): void {
  if (text === '') return;
  for (const grapheme of graphemesOf(text)) {
    const width = grapheme < ' ' ? 0 : widthOf(grapheme);
    if (width === 0) continue;
    if (cells.length + width > columns) return;
    cells.push(grapheme);
    looks.push(look);
    for (let half = 1; half < width; half++) {
      cells.push('');
      looks.push(look);
    }
  }
}
