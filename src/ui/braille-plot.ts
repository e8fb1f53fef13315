import { type Line, type Span, span, type Tone } from './line.ts';
import { padEnd, padStart } from './text/cut.ts';
import { widthOf } from './text/width.ts';

/** Curves over one x. */
export interface Plot {
  /** Not falling. */
  readonly x: readonly number[];
  /** A curve each: its y at each x; NaN where there is none. */
  readonly series: readonly (readonly number[])[];
  /** Lower and upper bound at each x; drawn in dots. Default: none. */
  readonly band?: readonly [readonly number[], readonly number[]];
  /** Levels to compare with, dashed. Default: none. */
  readonly levels?: readonly number[];
  readonly columns: number;
  /** At least 3; the last holds the x axis. */
  readonly rows: number;
  readonly ascii: boolean;
  /** Under the x axis, in its middle. */
  readonly xName: string;
  /** How the ends of the x axis are written. Default: as counts. */
  readonly xText?: (value: number) => string;
}

/** Curves differ by their digit at the end as well. */
const TONES: readonly (readonly Tone[])[] = [[], ['live'], ['warn'], ['good']];
/** Bits of a braille pattern by its two columns and four rows of dots (Unicode 10.0, block 2800). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE = 0x2800;

interface Mark {
  bits: number;
  /** The curve that was drawn here last; -1 the band. */
  curve: number;
}

/**
 * Curves in braille dots, two by four a character, or in ASCII by the curves' digits. The least and the greatest value
 * stand at the left, the first and the last x below, each curve's digit at its end.
 */
export function braillePlot(plot: Plot): Line[] {
  const { x, series, band, levels = [], columns, rows, ascii, xName } = plot;
  const values = [...series.flat(), ...(band?.flat() ?? []), ...levels].filter(Number.isFinite);
  const height = rows - 1;
  if (values.length === 0 || x.length === 0 || height < 1) return [];
  const [low, high] = widened(Math.min(...values), Math.max(...values));
  const labels = [axisText(high, high - low), axisText(low, high - low)];
  const gutter = Math.max(...labels.map(widthOf)) + 1;
  const names = 2 + 2 * series.length;
  const width = columns - gutter - names;
  if (width < 4) return [];
  const across = ascii ? 1 : 2;
  const down = ascii ? 1 : 4;
  const marks = Array.from({ length: height }, () =>
    Array.from({ length: width }, (): Mark => ({ bits: 0, curve: -1 })),
  );
  const first = x[0] ?? 0;
  const spread = (x[x.length - 1] ?? 0) - first || 1;
  const columnOf = (at: number) =>
    Math.round((((x[at] ?? 0) - first) / spread) * (width * across - 1));
  const rowOf = (y: number) => Math.round(((high - y) / (high - low)) * (height * down - 1));
  const dot = (column: number, row: number, curve: number): void => {
    const mark = marks[Math.floor(row / down)]?.[Math.floor(column / across)];
    if (mark === undefined) return;
    mark.bits |= DOTS[column % across === 0 ? 0 : 1][ascii ? 0 : ((row % down) as 0)];
    mark.curve = curve;
  };
  for (const bound of band ?? [])
    bound.forEach((y, at) => {
      // Every second one: a dotted line.
      if (Number.isFinite(y) && columnOf(at) % 4 === 0) dot(columnOf(at), rowOf(y), -1);
    });
  for (const level of levels)
    for (let column = 0; column < width * across; column++)
      if (column % (3 * across) < 2 * across) dot(column, rowOf(level), -1);
  series.forEach((curve, index) => {
    drawCurve(curve, columnOf, rowOf, (column, row) => dot(column, row, index));
  });
  const ends = endsOf(series, rowOf, down);
  const lines = marks.map((cells, row): Line => {
    const label = row === 0 ? labels[0] : row === height - 1 ? labels[1] : '';
    return [
      span(padStart(label ?? '', gutter - 1), 'quiet'),
      span(' '),
      ...spansOf(cells, ascii),
      ...(ends.get(row) ?? []).flatMap((curve): Span[] => [
        span(' '),
        span(String(curve + 1), ...(TONES[curve % TONES.length] ?? [])),
      ]),
    ];
  });
  return [...lines, xAxis(plot, gutter, width, xName)];
}

/** Through every point, so that a steep curve has no holes. */
function drawCurve(
  curve: readonly number[],
  columnOf: (at: number) => number,
  rowOf: (y: number) => number,
  dot: (column: number, row: number) => void,
): void {
  let before: { readonly column: number; readonly row: number } | null = null;
  curve.forEach((y, at) => {
    if (!Number.isFinite(y)) {
      before = null;
      return;
    }
    const here = { column: columnOf(at), row: rowOf(y) };
    const from = before ?? here;
    const steps = Math.max(Math.abs(here.column - from.column), Math.abs(here.row - from.row), 1);
    for (let step = 0; step <= steps; step++)
      dot(
        Math.round(from.column + ((here.column - from.column) * step) / steps),
        Math.round(from.row + ((here.row - from.row) * step) / steps),
      );
    before = here;
  });
}

/** Which curves end in which row of characters. */
function endsOf(
  series: Plot['series'],
  rowOf: (y: number) => number,
  down: number,
): Map<number, number[]> {
  const ends = new Map<number, number[]>();
  series.forEach((curve, index) => {
    const last = curve.findLast(Number.isFinite);
    if (last === undefined) return;
    const row = Math.floor(rowOf(last) / down);
    ends.set(row, [...(ends.get(row) ?? []), index]);
  });
  return ends;
}

function spansOf(cells: readonly Mark[], ascii: boolean): Span[] {
  return cells.map(({ bits, curve }): Span => {
    if (bits === 0) return span(' ');
    const tones: readonly Tone[] = curve < 0 ? ['quiet'] : (TONES[curve % TONES.length] ?? []);
    if (ascii) return span(curve < 0 ? ':' : String((curve + 1) % 10), ...tones);
    return span(String.fromCodePoint(BRAILLE + bits), ...tones);
  });
}

function xAxis({ x, xText }: Plot, gutter: number, width: number, name: string): Line {
  const written = xText ?? ((value: number) => Math.round(value).toLocaleString('en-US'));
  const [first, last] = [written(x[0] ?? 0), written(x[x.length - 1] ?? 0)];
  const middle = Math.floor((width - widthOf(name)) / 2);
  const left = padEnd(first, middle) + name;
  const rest = width - widthOf(left);
  return [
    span(' '.repeat(gutter) + left + padStart(last, Math.max(rest, 1 + widthOf(last))), 'quiet'),
  ];
}

/** A curve that does not move lies in the middle. */
function widened(low: number, high: number): readonly [number, number] {
  if (high > low) return [low, high];
  const by = Math.abs(low) * 0.01 || 1;
  return [low - by, low + by];
}

/** To the place that tells the two ends of the axis apart. */
function axisText(value: number, spread: number): string {
  const places = Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(spread))));
  return value.toFixed(spread >= 10 ? 0 : places);
}
