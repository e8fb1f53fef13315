import { type Line, span, type Tone } from '../../ui/line.ts';

/** The courses of several chains over the steps, with the band of what they say together. */
export interface Course {
  /** Rising; the same length as each series. */
  readonly x: readonly number[];
  /** A chain's values; NaN where there is none. */
  readonly series: readonly (readonly number[])[];
  /** Lower and upper edge. */
  readonly band: readonly [readonly number[], readonly number[]];
}

/** What a plot came to: its rows, and where on the right each chain ends. */
export interface CoursePlot {
  readonly rows: readonly Line[];
  readonly low: number;
  readonly high: number;
  /** Of each row the chains, counted from 1, that end in it. */
  readonly ends: readonly (readonly number[])[];
}

/** Chains 1–4 by colour (design, section 3); further ones by their digit alone. */
const TONES: readonly (readonly Tone[])[] = [[], ['live'], ['warn'], ['good']];
const BAND = -1;
const NOBODY = -2;

/**
 * Draws it in braille, 2 x 4 dots a cell, or in digits and `:`. Null where there is nothing between two different steps.
 *
 * @param size - of the plot alone, in cells, at least 1 x 1
 */
export function coursePlot(
  { x, series, band }: Course,
  size: { readonly columns: number; readonly rows: number; readonly ascii: boolean },
): CoursePlot | null {
  const { columns, rows, ascii } = size;
  const [first, last] = [x[0] ?? 0, x.at(-1) ?? 0];
  const values = [...series.flat(), ...band.flat()].filter(Number.isFinite);
  if (!(last > first) || values.length === 0) return null;
  const [low, high] = widened(
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
  );
  const [wide, tall] = ascii ? [1, 1] : [2, 4];
  const canvas = new Canvas(columns, rows, wide, tall);
  const xAt = (dot: number) => first + ((last - first) * dot) / Math.max(1, columns * wide - 1);
  const dotOf = (value: number) => Math.round(((high - value) / (high - low)) * (rows * tall - 1));

  for (const edge of band)
    for (let dot = 0; dot < columns * wide; dot += ascii ? 1 : 3) {
      const value = valueAt(x, edge, xAt(dot));
      if (Number.isFinite(value)) canvas.set(dot, dotOf(value), BAND);
    }
  series.forEach((chain, index) => {
    let before: number | null = null;
    for (let dot = 0; dot < columns * wide; dot++) {
      const value = valueAt(x, chain, xAt(dot));
      const here = Number.isFinite(value) ? dotOf(value) : null;
      if (here !== null) canvas.rise(dot, before ?? here, here, index);
      before = here;
    }
  });
  const ends: number[][] = Array.from({ length: rows }, () => []);
  series.forEach((chain, index) => {
    const end = chain.at(-1) ?? Number.NaN;
    if (Number.isFinite(end)) ends[Math.floor(dotOf(end) / tall)]?.push(index + 1);
  });
  return { rows: canvas.lines(ascii), low, high, ends };
}

/** A flat course lies in the middle. */
function widened(low: number, high: number): [number, number] {
  if (high > low) return [low, high];
  const room = Math.max(Math.abs(low) * 0.05, 1e-9);
  return [low - room, high + room];
}

/** Between two points, a straight line. */
function valueAt(x: readonly number[], y: readonly number[], at: number): number {
  let high = x.findIndex((step) => step >= at);
  if (high < 0) high = x.length - 1;
  const [x1, y1] = [x[high] as number, y[high] ?? Number.NaN];
  if (high === 0 || x1 === at) return y1;
  const [x0, y0] = [x[high - 1] as number, y[high - 1] ?? Number.NaN];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}

/** Bits of the dots of a braille sign, by row and column (Unicode 15, block 2800). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

class Canvas {
  readonly #columns: number;
  readonly #wide: number;
  readonly #tall: number;
  readonly #bits: Uint8Array;
  readonly #owners: Int16Array;

  constructor(columns: number, rows: number, wide: number, tall: number) {
    this.#columns = columns;
    this.#wide = wide;
    this.#tall = tall;
    this.#bits = new Uint8Array(columns * rows);
    this.#owners = new Int16Array(columns * rows).fill(NOBODY);
  }

  set(dotX: number, dotY: number, owner: number): void {
    const cell = Math.floor(dotY / this.#tall) * this.#columns + Math.floor(dotX / this.#wide);
    const bit = DOTS[dotY % this.#tall]?.[dotX % this.#wide] ?? 0;
    this.#bits[cell] = (this.#bits[cell] ?? 0) | bit;
    this.#owners[cell] = owner;
  }

  /** A column of dots from where the course was to where it is; the first of them is the dot before's. */
  rise(dotX: number, from: number, to: number, owner: number): void {
    const step = Math.sign(to - from);
    for (let dotY = to; dotY !== from; dotY -= step) this.set(dotX, dotY, owner);
    if (from === to) this.set(dotX, to, owner);
  }

  lines(ascii: boolean): Line[] {
    const rows = this.#bits.length / this.#columns;
    return Array.from({ length: rows }, (_, row) => {
      const cells = Array.from({ length: this.#columns }, (_, column) => {
        const cell = row * this.#columns + column;
        const owner = this.#owners[cell] as number;
        return { owner, text: sign(owner, this.#bits[cell] as number, ascii) };
      });
      return joined(cells);
    });
  }
}

function sign(owner: number, bits: number, ascii: boolean): string {
  if (owner === NOBODY) return ' ';
  if (!ascii) return String.fromCodePoint(0x2800 + bits);
  return owner === BAND ? ':' : String((owner + 1) % 10);
}

/** Neighbours of one colour in one piece. */
function joined(cells: readonly { readonly owner: number; readonly text: string }[]): Line {
  const spans: { owner: number; text: string }[] = [];
  for (const { owner, text } of cells) {
    const last = spans.at(-1);
    if (last !== undefined && (last.owner === owner || owner === NOBODY)) last.text += text;
    else spans.push({ owner, text });
  }
  return spans.map(({ owner, text }) => span(text, ...chainTones(owner)));
}

/** How a chain looks, counted from 0; the band is quiet. */
export function chainTones(chain: number): readonly Tone[] {
  return chain === BAND ? ['quiet'] : (TONES[chain] ?? []);
}
