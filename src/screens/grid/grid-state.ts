import type { Opening } from '../console/screen.ts';
import type { CellSize } from '../sweep/cell-text.ts';
import type { Turned } from './grid-undo.ts';
import type { SortKey } from './sort-families.ts';

/**
 * A row by what it is, so that it keeps its name whatever happens above it: a family's index in the plan, 0 or more,
 * or a group's, as -1, -2, ….
 */
export type RowId = number;

export function groupRow(group: number): RowId {
  return -1 - group;
}

/** The group's index; null where the row is a family. */
export function groupOfRow(row: RowId): number | null {
  return row < 0 ? -1 - row : null;
}

/** Where the cursor is. `column`: index of a sampler, -1 on the label. */
export interface Place {
  readonly row: RowId;
  readonly column: number;
}

/** The grid of one sweep, as the person has turned it. */
export interface GridState {
  readonly screen: 'grid';
  readonly sweepId: string;
  /** Of a group of failures, its jobs; null: all. */
  readonly only: readonly string[] | null;
  /** A job to begin on, until the sweep is known. */
  readonly wanted: string | null;
  /** Null until the sweep is known. */
  readonly cursor: Place | null;
  /** The first row shown, an index of the rows. */
  readonly top: number;
  readonly filter: string;
  /** How it was before the filter, for esc. */
  readonly beforeFilter: Pick<GridState, 'cursor' | 'top' | 'folded'> | null;
  readonly sort: SortKey;
  /** Families as they were sorted, by their index; null: the plan's order. */
  readonly order: readonly number[] | null;
  /** Samplers whose column is hidden, by index. */
  readonly hidden: readonly number[];
  /** Groups that are folded, by index. */
  readonly folded: readonly number[];
  readonly size: CellSize | 'auto';
  /** The first of the columns that are not hidden, an index of those. */
  readonly firstColumn: number;
  /** Job ids. */
  readonly marks: readonly string[];
  /** Where a range begins, and what was marked before it. */
  readonly anchor: { readonly place: Place; readonly marks: readonly string[] } | null;
  /** How it was before each change that can be taken back, the newest last. */
  readonly past: readonly Turned[];
}

export function openGrid({
  sweepId,
  cursor = '',
  only,
}: Extract<Opening, { readonly screen: 'grid' }>): GridState {
  return {
    screen: 'grid',
    sweepId,
    only: only ?? null,
    wanted: cursor === '' ? (only?.[0] ?? null) : cursor,
    cursor: null,
    top: 0,
    filter: '',
    beforeFilter: null,
    sort: 'plan',
    order: null,
    hidden: [],
    folded: [],
    size: 'auto',
    firstColumn: 0,
    marks: [],
    anchor: null,
    past: [],
  };
}
