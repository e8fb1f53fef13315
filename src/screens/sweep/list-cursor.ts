import { windowTop } from '../../ui/window.ts';
import type { CommandName } from '../console/command-table.ts';

/** Where a list stands: the row that the cursor is on, by its id, and the first row that is shown. */
export interface ListPlace {
  /** Null: on the first row. */
  readonly cursor: string | null;
  readonly top: number;
}

export const AT_THE_TOP: ListPlace = { cursor: null, top: 0 };

/** Commands that move in every list. */
export const MOVES = [
  'up',
  'down',
  'first',
  'last',
  'page-up',
  'page-down',
] as const satisfies readonly CommandName[];

/** The rows that are shown. */
export interface ListWindow {
  /** Of the cursor; -1 in an empty list. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Of `rows` rows, those around the cursor, moved no further than they must be. */
export function windowOf(
  ids: readonly string[],
  { cursor, top }: ListPlace,
  rows: number,
): ListWindow {
  if (ids.length === 0) return { index: -1, from: 0, to: 0 };
  const index = Math.max(0, cursor === null ? 0 : ids.indexOf(cursor));
  const page = Math.max(1, rows);
  const from = windowTop(ids.length, index, page, top);
  return { index, from, to: Math.min(ids.length, from + page) };
}

/** Where a moving command leads; null where the command does not move. */
export function moved(
  ids: readonly string[],
  place: ListPlace,
  command: CommandName,
  rows: number,
): ListPlace | null {
  const { index } = windowOf(ids, place, rows);
  const target = targetOf(command, index, ids.length, Math.max(1, rows));
  if (target === null) return null;
  const cursor = ids[Math.max(0, Math.min(target, ids.length - 1))] ?? null;
  const { from } = windowOf(ids, { cursor, top: place.top }, rows);
  return { cursor, top: from };
}

function targetOf(command: CommandName, index: number, count: number, page: number): number | null {
  switch (command) {
    case 'up':
      return index - 1;
    case 'down':
      return index + 1;
    case 'page-up':
      return index - page;
    case 'page-down':
      return index + page;
    case 'first':
      return 0;
    case 'last':
      return count - 1;
    default:
      return null;
  }
}
