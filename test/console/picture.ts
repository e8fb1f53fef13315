import type { IBufferCell, Terminal } from '@xterm/headless';

/** Sizes in pixels. The cell is that of DejaVu Sans Mono at 14; other fonts are drawn to it. */
const CELL = { width: 8.43, height: 18, size: 14, baseline: 14 };
const BAR = 28;
const MARGIN = 14;
const FONTS = "'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace";

const GROUND = '#16181d';
const TEXT = '#d4d7dd';
const QUIET = '#7d828c';
const FRAME = '#33373f';
/** The sixteen colours that a terminal names by number. */
const NAMED = [
  ...['#1d1f21', '#f2777a', '#98c379', '#e5c07b', '#61afef', '#d699e8', '#56c8d8', '#c5c8c6'],
  ...['#666666', '#ff7b72', '#b5f28a', '#ffd866', '#82cfff', '#e2a6ff', '#7fe3e8', '#ffffff'],
];
/** Steps of the colour cube that follows them. */
const CUBE = [0, 95, 135, 175, 215, 255];

/** Cells of one style beside each other, drawn as one text. */
interface Run {
  readonly column: number;
  readonly text: string;
  /** Columns. */
  readonly width: number;
  readonly look: Look;
}

interface Look {
  readonly text: string;
  /** Null: the picture's own ground. */
  readonly ground: string | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isUnderlined: boolean;
}

/** What a terminal shows now, as the text of an SVG file: a quiet window with a dark ground. */
export function pictureOf(terminal: Terminal, title: string): string {
  const width = Math.ceil(terminal.cols * CELL.width + 2 * MARGIN);
  const height = BAR + terminal.rows * CELL.height + MARGIN;
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: terminal.rows }, (_, y) => {
    const line = buffer.getLine(buffer.baseY + y);
    const cells = Array.from({ length: terminal.cols }, (_, x) => line?.getCell(x));
    return runsOf(cells).map((run) => runText(run, BAR + y * CELL.height));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${GROUND}" stroke="${FRAME}"/>`,
    ...[0, 1, 2].map((at) => `<circle cx="${18 + at * 16}" cy="14" r="4.5" fill="${FRAME}"/>`),
    `<g font-family="${FONTS}" font-size="${CELL.size}" xml:space="preserve">`,
    `<text x="${width / 2}" y="18" font-size="11" text-anchor="middle" fill="${QUIET}">${escaped(title)}</text>`,
    ...rows.flat(),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Letters of a kind are one run; each sign outside ASCII stands alone, since fonts disagree on its width. */
function runsOf(cells: readonly (IBufferCell | undefined)[]): Run[] {
  const runs: Run[] = [];
  cells.forEach((cell, column) => {
    // The second half of a wide character has width 0.
    if (cell === undefined || cell.getWidth() === 0) return;
    const text = cell.getChars() || ' ';
    const look = lookOf(cell);
    const last = runs.at(-1);
    if (last !== undefined && isAscii(last.text) && isAscii(text) && isSame(last.look, look))
      runs[runs.length - 1] = { ...last, text: last.text + text, width: last.width + 1 };
    else runs.push({ column, text, width: cell.getWidth(), look });
  });
  return runs.map(withoutOuterSpaces).filter((run) => run.text !== '');
}

/** Spaces are drawn only where they show: on a ground of their own, or underlined. */
function withoutOuterSpaces(run: Run): Run {
  if (run.look.ground !== null || run.look.isUnderlined) return run;
  const text = run.text.trim();
  const before = run.text.length - run.text.trimStart().length;
  const cut = run.text.length - text.length;
  return { ...run, text, column: run.column + before, width: run.width - cut };
}

function runText({ column, text, width, look }: Run, top: number): string {
  const x = rounded(MARGIN + column * CELL.width);
  const length = rounded(width * CELL.width);
  const ground =
    look.ground === null
      ? ''
      : `<rect x="${x}" y="${top}" width="${length}" height="${CELL.height}" fill="${look.ground}" shape-rendering="crispEdges"/>`;
  if (text.trim() === '' && !look.isUnderlined) return ground;
  const style = [
    look.isBold ? ' font-weight="bold"' : '',
    look.isDim ? ' opacity="0.6"' : '',
    look.isUnderlined ? ' text-decoration="underline"' : '',
  ].join('');
  return `${ground}<text x="${x}" y="${top + CELL.baseline}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${look.text}"${style}>${escaped(text)}</text>`;
}

function lookOf(cell: IBufferCell): Look {
  const text = cell.isFgDefault() ? TEXT : colourOf(cell.getFgColor(), cell.isFgRGB());
  const ground = cell.isBgDefault() ? null : colourOf(cell.getBgColor(), cell.isBgRGB());
  const isInverse = cell.isInverse() !== 0;
  return {
    text: isInverse ? (ground ?? GROUND) : text,
    ground: isInverse ? text : ground,
    isBold: cell.isBold() !== 0,
    isDim: cell.isDim() !== 0,
    isUnderlined: cell.isUnderline() !== 0,
  };
}

function isSame(one: Look, other: Look): boolean {
  return (Object.keys(one) as (keyof Look)[]).every((key) => one[key] === other[key]);
}

/** @param code - 24 bits of red, green and blue, or a number of the 256 colours */
function colourOf(code: number, isRgb: boolean): string {
  if (isRgb) return `#${code.toString(16).padStart(6, '0')}`;
  if (code < 16) return NAMED[code]!;
  if (code >= 232) return grey(8 + (code - 232) * 10);
  const at = code - 16;
  const parts = [CUBE[Math.floor(at / 36)]!, CUBE[Math.floor(at / 6) % 6]!, CUBE[at % 6]!];
  return `#${parts.map(hex).join('')}`;
}

function grey(level: number): string {
  return `#${hex(level).repeat(3)}`;
}

function hex(level: number): string {
  return level.toString(16).padStart(2, '0');
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}

function rounded(pixels: number): number {
  return Number(pixels.toFixed(2));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
