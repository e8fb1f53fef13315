import type { CellSize } from '../sweep/cell-text.ts';
import type { GridState } from './grid-state.ts';

/** Title, counts, bar and column line. */
export const HEADER_ROWS = 4;

/** Columns of a cell with the place for its mark. */
export const CELL_COLUMNS: Readonly<Record<CellSize, number>> = { full: 16, short: 10, dot: 2 };

/** Columns beside the samplers, where there is room for them. */
export const EXTRA_COLUMNS = [
  { name: 'params', title: 'params', columns: 6 },
  { name: 'agree', title: 'agree', columns: 5 },
  { name: 'best', title: 'best ESS/s', columns: 10 },
] as const;
export type ExtraColumn = (typeof EXTRA_COLUMNS)[number];
const EXTRA_GAP = 2;
/** A rule and a space before the pane's text. */
const PANE_EDGE = 2;

/** What is where, in columns of the screen. */
export interface GridLayout {
  readonly label: number;
  readonly size: CellSize;
  /** Indices of the samplers shown. */
  readonly columns: readonly number[];
  /** How many samplers lie to either side. */
  readonly before: number;
  readonly after: number;
  /** Columns of label, cells and the last bracket. */
  readonly cellsEnd: number;
  readonly extras: readonly ExtraColumn[];
  /** Columns of all that is left of the pane. */
  readonly left: number;
  /** Columns of the pane's text; 0: no pane. */
  readonly pane: number;
}

/**
 * How a screen's width is divided. Cells are full where all samplers fit, else short where all fit, else full and
 * scrolled; the pane and the other columns take what is left.
 *
 * @param samplers - how many there are
 */
export function layoutOf(
  width: number,
  samplers: number,
  { size: wish, hidden, firstColumn }: Pick<GridState, 'size' | 'hidden' | 'firstColumn'>,
): GridLayout {
  const label = width < 80 ? 12 : 15;
  const open = Array.from({ length: samplers }, (_, column) => column).filter(
    (column) => !hidden.includes(column),
  );
  const holds = (size: CellSize) => Math.floor((width - 1 - label) / CELL_COLUMNS[size]);
  const size = wish === 'auto' ? sizeThatFits(open.length, holds) : wish;
  const room = Math.max(1, holds(size));
  const from = Math.max(0, Math.min(firstColumn, open.length - room));
  const columns = open.slice(from, from + room);
  const cellsEnd = label + columns.length * CELL_COLUMNS[size] + 1;
  const [extras, left] = withExtras(width, cellsEnd);
  const pane = paneColumns(width, left);
  return {
    label,
    size,
    columns,
    before: from,
    after: open.length - from - columns.length,
    cellsEnd,
    extras,
    left,
    pane,
  };
}

function sizeThatFits(columns: number, holds: (size: CellSize) => number): CellSize {
  if (columns <= holds('full')) return 'full';
  return columns <= holds('short') ? 'short' : 'full';
}

/** The least that a pane is worth; 0 where the screen is too narrow for any. */
function leastPane(width: number): number {
  if (width < 120) return 0;
  return width < 160 ? 38 : 42;
}

function paneColumns(width: number, left: number): number {
  const least = leastPane(width);
  const room = width - left - PANE_EDGE;
  return least > 0 && room >= least ? room : 0;
}

/** The pane comes first, then the others in their order. */
function withExtras(width: number, cellsEnd: number): [readonly ExtraColumn[], number] {
  if (width < 160) return [[], cellsEnd];
  const reserved = paneColumns(width, cellsEnd) > 0 ? leastPane(width) + PANE_EDGE : 1;
  const extras: ExtraColumn[] = [];
  let left = cellsEnd;
  for (const extra of EXTRA_COLUMNS) {
    const next = left + EXTRA_GAP + extra.columns;
    if (next + reserved > width) break;
    extras.push(extra);
    left = next;
  }
  return [extras, left];
}
