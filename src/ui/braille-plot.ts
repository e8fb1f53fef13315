import { countText } from './format/numbers.ts';
import type { Line, Span, Tone } from './line.ts';
import { padEnd, padStart } from './text/cut.ts';
import { widthOf } from './text/width.ts';

export interface Plot {
  /** Of each chain its values, by the index of `x`; what is not finite or not there yet is left blank. */
  readonly series: readonly (readonly number[])[];
  /** Ascending, shared by all chains. */
  readonly x: readonly number[];
  /** The room in all, labels included. */
  readonly columns: number;
  /** The room in all, the row of x labels included. */
  readonly rows: number;
  /** Its lower and upper edge by the index of `x`, dotted; cut where it passes the chains' range. */
  readonly band?: readonly [readonly number[], readonly number[]];
  readonly ascii: boolean;
  /** Of each chain, written at its end: one column each, since they are what ASCII plots with. */
  readonly names: readonly string[];
  /** Default: `step`. */
  readonly xName?: string;
}

/** Dots: which chain drew each, with marks for none and for the band. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly owners: Int16Array;
}

const NONE = -1;
const BAND = -2;
/** Chains one to four, then from the first again. */
const TONES: readonly (readonly Tone[])[] = [[], ['live'], ['warn'], ['good']];
/** Braille's bits by row and column of a cell. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Lines of chains over steps; none where no chain has a value yet or the room is too small. */
export function braillePlot(plot: Plot): readonly Line[] {
  const values = plot.series.flat().filter(Number.isFinite);
  if (values.length === 0) return [];
  const range = rangeOf(values);
  const spread = range.high - range.low;
  const labels = { top: axisText(range.high, spread), bottom: axisText(range.low, spread) };
  const margin = Math.max(4, widthOf(labels.top), widthOf(labels.bottom)) + 1;
  const tail = 3 + widthOf(plot.names.join(' '));
  const [width, height] = [plot.columns - margin - tail, plot.rows - 1];
  if (width < 8 || height < 2) return [];

  const [dotsX, dotsY] = plot.ascii ? [1, 1] : [2, 4];
  const canvas = blank(width * dotsX, height * dotsY);
  const rowOf = (value: number) =>
    Math.round(((range.high - value) / (range.high - range.low)) * (canvas.height - 1));
  for (const [chain, series] of plot.series.entries()) {
    drawChain(canvas, plot.x, series, rowOf, chain);
  }
  for (const edge of plot.band ?? []) drawEdge(canvas, plot.x, edge, rowOf, dotsX);

  const ends = endsOf(plot, (value) => Math.floor(rowOf(value) / dotsY));
  const rows = Array.from({ length: height }, (_, row): Line => {
    const label = row === 0 ? labels.top : row === height - 1 ? labels.bottom : '';
    const cells = plot.ascii
      ? asciiCells(canvas, row, plot.names)
      : brailleCells(canvas, row, width);
    return [{ text: `${padStart(label, margin - 1)} `, tones: [] }, ...cells, ...(ends[row] ?? [])];
  });
  return [...rows, xLabels(plot, margin, width)];
}

function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const spread = Math.abs(low) * 0.01 || 1;
  return high > low ? { low, high } : { low: low - spread, high: high + spread };
}

function blank(width: number, height: number): Canvas {
  return { width, height, owners: new Int16Array(width * height).fill(NONE) };
}

function drawChain(
  canvas: Canvas,
  x: readonly number[],
  series: readonly number[],
  rowOf: (value: number) => number,
  chain: number,
): void {
  let last: number | null = null;
  for (let column = 0; column < canvas.width; column++) {
    const value = valueAt(canvas, x, series, column);
    const row = value === null ? null : rowOf(value);
    // Steep parts are joined from one column to the next.
    if (row !== null) drawColumn(canvas, column, last ?? row, row, chain);
    last = row;
  }
}

function drawColumn(canvas: Canvas, column: number, from: number, to: number, owner: number) {
  const step = Math.sign(to - from);
  for (let row = to; ; row -= step) {
    const at = row * canvas.width + column;
    if (canvas.owners[at] === NONE) canvas.owners[at] = owner;
    if (row === from || row - step === from) return;
  }
}

function drawEdge(
  canvas: Canvas,
  x: readonly number[],
  edge: readonly number[],
  rowOf: (value: number) => number,
  dotsX: number,
): void {
  for (let column = 0; column < canvas.width; column += dotsX) {
    const value = valueAt(canvas, x, edge, column);
    const row = value === null ? -1 : rowOf(value);
    if (row >= 0 && row < canvas.height) drawColumn(canvas, column, row, row, BAND);
  }
}

/** Between two known values on the line that joins them; null where one of them is not known. */
function valueAt(
  canvas: Canvas,
  x: readonly number[],
  series: readonly number[],
  column: number,
): number | null {
  const [first, last] = [x[0] ?? 0, x.at(-1) ?? 0];
  const place = first + ((last - first) * column) / (canvas.width - 1);
  const after = x.findIndex((each) => each >= place);
  const right = after < 0 ? x.length - 1 : after;
  const left = Math.max(0, right - 1);
  const [a, b] = [series[left] ?? Number.NaN, series[right] ?? Number.NaN];
  const gap = (x[right] ?? 0) - (x[left] ?? 0);
  const share = gap > 0 ? Math.min(1, (place - (x[left] as number)) / gap) : 1;
  const value = share === 1 ? b : share === 0 ? a : a + (b - a) * share;
  return Number.isFinite(value) ? value : null;
}

function brailleCells(canvas: Canvas, row: number, width: number): readonly Span[] {
  return merged(
    Array.from({ length: width }, (_, column) => {
      const dots = BITS.flatMap((bits, y) =>
        bits.map((bit, x) => ({
          bit,
          owner: canvas.owners[(row * 4 + y) * canvas.width + column * 2 + x] ?? NONE,
        })),
      ).filter(({ owner }) => owner !== NONE);
      const bits = dots.reduce((sum, { bit }) => sum | bit, 0);
      const text = bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits);
      return { text, tones: tonesOf(dots.map(({ owner }) => owner)) };
    }),
  );
}

function asciiCells(canvas: Canvas, row: number, names: readonly string[]): readonly Span[] {
  const owners = canvas.owners.subarray(row * canvas.width, (row + 1) * canvas.width);
  return merged(
    Array.from(owners, (owner) => {
      const text = owner === NONE ? ' ' : owner === BAND ? ':' : (names[owner]?.[0] ?? '*');
      return { text, tones: tonesOf(owner === NONE ? [] : [owner]) };
    }),
  );
}

/** A cell has one look: that of its first chain. */
function tonesOf(owners: readonly number[]): readonly Tone[] {
  const chains = owners.filter((owner) => owner >= 0);
  if (chains.length > 0) return toneOfChain(Math.min(...chains));
  return owners.includes(BAND) ? ['quiet'] : [];
}

function toneOfChain(chain: number): readonly Tone[] {
  return TONES[chain % TONES.length] as readonly Tone[];
}

function merged(cells: readonly Span[]): readonly Span[] {
  const spans: { text: string; tones: readonly Tone[] }[] = [];
  for (const { text, tones } of cells) {
    const last = spans.at(-1);
    if (last !== undefined && last.tones.join() === tones.join()) last.text += text;
    else spans.push({ text, tones });
  }
  return spans;
}

/** By row the names of the chains that end there, `   2 4`. */
function endsOf(plot: Plot, cellRow: (value: number) => number): Readonly<Record<number, Line>> {
  const ends: Record<number, Span[]> = {};
  for (const [chain, series] of plot.series.entries()) {
    const last = series.slice(0, plot.x.length).findLast(Number.isFinite);
    if (last === undefined) continue;
    const row = cellRow(last);
    const spans = ends[row] ?? [];
    spans.push({ text: spans.length === 0 ? '   ' : ' ', tones: [] });
    spans.push({ text: plot.names[chain] ?? String(chain + 1), tones: toneOfChain(chain) });
    ends[row] = spans;
  }
  return ends;
}

/** The first step on the left, the last on the right, what they are between. */
function xLabels(plot: Plot, margin: number, width: number): Line {
  const [first, last] = [countText(plot.x[0] ?? 0), countText(plot.x.at(-1) ?? 0)];
  const name = plot.xName ?? 'step';
  const middle = Math.floor((width - widthOf(name)) / 2);
  const isRoom = widthOf(first) < middle && middle + widthOf(name) < width - widthOf(last);
  const left = isRoom ? padEnd(first, middle) + name : first;
  const text = left + padStart(last, width - widthOf(left));
  return [{ text: ' '.repeat(margin) + text, tones: ['quiet'] }];
}

/** As many decimals as tell the two ends of the axis apart. */
function axisText(value: number, spread: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3 && spread < 1e-3)) {
    return value.toExponential(1).replace('e+', 'e');
  }
  const decimals = Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(spread))));
  return value.toFixed(spread >= 10 ? 0 : decimals);
}
