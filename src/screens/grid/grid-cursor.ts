import type { SweepWatched } from '../known/sweep-watched.ts';
import { HEADER_ROWS, layoutOf } from './grid-layout.ts';
import { type GridRows, rowsOf } from './grid-rows.ts';
import { type GridState, groupOfRow, groupRow, type Place } from './grid-state.ts';
import { groupsOf } from './groups.ts';

/** The screen's size. */
interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** Rows of the grid that a screen shows. */
export function gridHeight({ rows }: Pick<Room, 'rows'>): number {
  return Math.max(1, rows - HEADER_ROWS);
}

/** The job that the cursor is on; null on a label, a group's line or where there is no job. */
export function jobAt({ families }: SweepWatched, place: Place | null): string | null {
  if (place === null || place.column < 0) return null;
  return families.families[place.row]?.jobs[place.column] ?? null;
}

/** Where a job is; null where the sweep has none of that name. */
function placeOfJob({ families }: SweepWatched, jobId: string): Place | null {
  const place = families.placeOf.get(jobId);
  return place === undefined ? null : { row: place.family, column: place.column };
}

/**
 * Keeps the cursor on a row that there is and the window where the cursor is. The same state where all is well, so that
 * nothing moves by itself.
 */
export function settleGrid(state: GridState, watched: SweepWatched, room: Room): GridState {
  const rows = rowsOf(watched, state);
  const cursor = settledCursor(state, watched, rows);
  const top = settledTop(state.top, rows, cursor, gridHeight(room));
  const firstColumn = settledColumn(state, watched, cursor, room.columns);
  if (
    cursor === state.cursor &&
    top === state.top &&
    firstColumn === state.firstColumn &&
    state.wanted === null
  )
    return state;
  return { ...state, cursor, top, firstColumn, wanted: null };
}

function settledCursor(state: GridState, watched: SweepWatched, rows: GridRows): Place | null {
  const { cursor, hidden, wanted } = state;
  if (rows.rows.length === 0) return cursor;
  const from = (wanted === null ? null : placeOfJob(watched, wanted)) ?? cursor;
  if (from === null) return firstPlace(rows, openColumns(watched, hidden)[0] ?? -1);
  const row = rows.indexOf.has(from.row) ? from.row : nearestRow(from.row, watched, rows);
  const column = from.column >= 0 && hidden.includes(from.column) ? -1 : from.column;
  return row === from.row && column === from.column && from === cursor ? cursor : { row, column };
}

/** Samplers whose column is not hidden. */
export function openColumns({ families }: SweepWatched, hidden: readonly number[]): number[] {
  return [...families.samplers.keys()].filter((column) => !hidden.includes(column));
}

function firstPlace({ rows }: GridRows, column: number): Place {
  const family = rows.find((row) => groupOfRow(row) === null);
  return { row: family ?? (rows[0] as number), column };
}

/** The line of its group where that is folded, else the next family that is shown, else the last row. */
function nearestRow(row: number, { families }: SweepWatched, rows: GridRows): number {
  const { groupOf } = groupsOf(families);
  const group = groupOfRow(row) === null ? groupRow(groupOf[row] as number) : row;
  const at = rows.indexOf.get(group);
  const first = at === undefined ? undefined : rows.rows[at + 1];
  if (at !== undefined && (first === undefined || groupOfRow(first) !== null)) return group;
  const next = rows.rows.find((other) => groupOfRow(other) === null && other >= row);
  return next ?? (rows.rows.at(-1) as number);
}

function settledTop(top: number, rows: GridRows, cursor: Place | null, height: number): number {
  const last = Math.max(0, rows.rows.length - height);
  const at = cursor === null ? undefined : rows.indexOf.get(cursor.row);
  let next = Math.min(top, last);
  if (at !== undefined) {
    if (at < next) next = at;
    if (at >= next + height) next = at - height + 1;
  }
  return Math.max(0, next);
}

function settledColumn(
  state: GridState,
  watched: SweepWatched,
  cursor: Place | null,
  width: number,
): number {
  const { families } = watched;
  const { columns, before } = layoutOf(width, families.samplers.length, state);
  const wanted = openColumns(watched, state.hidden).indexOf(cursor?.column ?? -1);
  if (wanted < 0) return before;
  if (wanted < before) return wanted;
  if (wanted >= before + columns.length) return wanted - columns.length + 1;
  return before;
}

/** The cursor so many rows away, at most to an end. */
export function moveRows(state: GridState, watched: SweepWatched, by: number): GridState {
  const { rows, indexOf } = rowsOf(watched, state);
  if (state.cursor === null || rows.length === 0) return state;
  const from = indexOf.get(state.cursor.row) ?? 0;
  const to = Math.max(0, Math.min(rows.length - 1, from + by));
  return { ...state, cursor: { ...state.cursor, row: rows[to] as number } };
}

/** The cursor a column away; the label lies left of the first. */
export function moveColumns(state: GridState, watched: SweepWatched, by: 1 | -1): GridState {
  if (state.cursor === null) return state;
  const places = [-1, ...openColumns(watched, state.hidden)];
  const from = Math.max(0, places.indexOf(state.cursor.column));
  const column = places[Math.max(0, Math.min(places.length - 1, from + by))] as number;
  return { ...state, cursor: { ...state.cursor, column } };
}

/**
 * The cursor on the next job of a kind, rows first, going round at the end; folded groups and hidden columns open for it. Null where there
 * is none.
 */
export function moveToNext(
  state: GridState,
  watched: SweepWatched,
  isWanted: (jobId: string) => boolean,
  direction: 1 | -1 = 1,
): GridState | null {
  const { shown, hits } = rowsOf(watched, state);
  const columns = [...watched.families.samplers.keys()];
  const jobs = shown.flatMap((family) => columns.map((column) => ({ row: family, column })));
  if (jobs.length === 0) return null;
  const start = startOf(jobs, state.cursor, watched, shown, direction);
  for (let step = 0; step < jobs.length; step += 1) {
    const place = jobs[(start + direction * step + 2 * jobs.length) % jobs.length] as Place;
    const jobId = jobAt(watched, place);
    if (jobId === null || (hits !== null && !hits.has(jobId)) || !isWanted(jobId)) continue;
    const { groupOf } = groupsOf(watched.families);
    const group = groupOf[place.row] as number;
    return {
      ...state,
      cursor: place,
      folded: without(state.folded, group),
      hidden: without(state.hidden, place.column),
    };
  }
  return null;
}

/** The index to look at first: after the cursor's job, before it when going back. */
function startOf(
  jobs: readonly Place[],
  cursor: Place | null,
  { families }: SweepWatched,
  shown: readonly number[],
  direction: 1 | -1,
): number {
  if (cursor === null) return 0;
  const width = families.samplers.length;
  const group = groupOfRow(cursor.row);
  if (group === null) {
    const at = shown.indexOf(cursor.row);
    const index = Math.max(0, at) * width + Math.max(0, cursor.column);
    return cursor.column < 0 && direction === 1
      ? index
      : (index + direction + jobs.length) % jobs.length;
  }
  const { groupOf } = groupsOf(families);
  const first =
    Math.max(
      0,
      shown.findIndex((family) => groupOf[family] === group),
    ) * width;
  return direction === 1 ? first : (first - 1 + jobs.length) % jobs.length;
}

/** The same list where it does not hold the value. */
function without(list: readonly number[], value: number): readonly number[] {
  return list.includes(value) ? list.filter((other) => other !== value) : list;
}
