import type { Step } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { needsYou } from '../sweep/job-words.ts';
import { jobAt, moveRows, moveToNext, openColumns } from './grid-cursor.ts';
import { layoutOf } from './grid-layout.ts';
import { rowsOf } from './grid-rows.ts';
import { type GridState, groupOfRow, groupRow } from './grid-state.ts';
import { groupsOf } from './groups.ts';
import { jobsUnderCursor, markRange, toggleMarks } from './marks.ts';
import { SORT_KEYS, SORT_WORDS, type SortKey, sortFamilies } from './sort-families.ts';

/** Sorts once by the next of the keys, or by the one that is named. Afterwards no row moves by itself. */
export function turnSort(
  state: GridState,
  watched: SweepWatched,
  name: string | undefined,
): Step<GridState> {
  const wanted = name?.toLowerCase();
  const key =
    wanted === undefined
      ? (SORT_KEYS[(SORT_KEYS.indexOf(state.sort) + 1) % SORT_KEYS.length] as SortKey)
      : SORT_KEYS.find((one) => one.startsWith(wanted));
  if (key === undefined) return { say: `The rows are sorted by one of ${SORT_KEYS.join(', ')}.` };
  const column = state.cursor?.column ?? -1;
  const order = sortFamilies(watched, key, column);
  const sampler = watched.families.samplers[column];
  const isByColumn = key !== 'plan' && key !== 'needs-you' && sampler !== undefined;
  const of = isByColumn ? ` of ${sampler}` : '';
  const again = key === 'plan' ? '' : ' Rows stay so until the next sort.';
  return {
    state: { ...state, sort: key, order },
    say: `Sorted by ${SORT_WORDS[key]}${of}.${again}`,
  };
}

/** Folds or unfolds the cursor's group; `all` of them as this one would become. */
export function turnFold(state: GridState, watched: SweepWatched, all: boolean): GridState {
  if (state.cursor === null) return state;
  const { groups, groupOf } = groupsOf(watched.families);
  const own = groupOfRow(state.cursor.row) ?? (groupOf[state.cursor.row] as number);
  const isFolded = state.folded.includes(own);
  const changed = all ? [...groups.keys()] : [own];
  const others = state.folded.filter((group) => !changed.includes(group));
  const folded = isFolded ? others : [...others, ...changed];
  return { ...state, folded, cursor: { ...state.cursor, row: groupRow(own) } };
}

/** Hides the cursor's or the named column; on a label, or where it is the last one, all come back. */
export function turnColumns(
  state: GridState,
  watched: SweepWatched,
  name: string | undefined,
): Step<GridState> {
  const { samplers } = watched.families;
  const named = name === undefined ? -1 : samplers.indexOf(name);
  if (name !== undefined && named < 0)
    return { say: `There is no sampler ${name} here: ${samplers.join(', ')}.` };
  const column = name === undefined ? (state.cursor?.column ?? -1) : named;
  if (state.hidden.includes(column))
    return { state: { ...state, hidden: state.hidden.filter((other) => other !== column) } };
  const open = openColumns(watched, state.hidden);
  if (column < 0 || open.length === 1)
    return state.hidden.length === 0
      ? { say: column < 0 ? 'The cursor is on no column.' : 'It is the only column.' }
      : { state: { ...state, hidden: [] }, say: 'All columns are shown.' };
  const at = open.indexOf(column);
  const next = open[at + 1] ?? (open[at - 1] as number);
  const cursor = state.cursor?.column === column ? { ...state.cursor, column: next } : state.cursor;
  return {
    state: { ...state, hidden: [...state.hidden, column], cursor },
    say: `${samplers[column] ?? ''} is hidden. :columns ${samplers[column] ?? ''} shows it.`,
  };
}

/** The next size of the cells; each press changes what is seen. */
export function turnSize(state: GridState, watched: SweepWatched, width: number): GridState {
  const { size } = layoutOf(width, watched.families.samplers.length, state);
  if (state.size === 'auto') return { ...state, size: size === 'full' ? 'short' : 'full' };
  return {
    ...state,
    size: state.size === 'full' ? 'short' : state.size === 'short' ? 'dot' : 'auto',
  };
}

/** Filters by a text and puts the cursor on the first hit from where it was before. */
export function turnFilter(state: GridState, watched: SweepWatched, text: string): GridState {
  const { cursor, top, folded } = state;
  const before = state.beforeFilter ?? { cursor, top, folded };
  const filtered: GridState = { ...state, ...before, filter: text, beforeFilter: before };
  if (text.trim() === '') return filtered;
  const { hits } = rowsOf(watched, filtered);
  const jobId = jobAt(watched, before.cursor);
  if (hits === null || (jobId !== null && hits.has(jobId))) return filtered;
  return moveToNext(filtered, watched, () => true) ?? filtered;
}

/** One step back: an open range, the filter, the marks; null where there is none of these. */
export function turnBack(state: GridState): GridState | null {
  if (state.anchor !== null) return { ...state, anchor: null };
  if (state.filter !== '' || state.beforeFilter !== null)
    return { ...state, ...state.beforeFilter, filter: '', beforeFilter: null };
  return state.marks.length > 0 ? { ...state, marks: [] } : null;
}

/** Marks what the cursor is on and goes on to the next family. */
export function turnMark(state: GridState, watched: SweepWatched): GridState {
  const { cursor } = state;
  const marked = toggleMarks({ ...state, anchor: null }, watched);
  if (cursor === null || groupOfRow(cursor.row) !== null) return marked;
  const { rows, indexOf } = rowsOf(watched, state);
  const from = (indexOf.get(cursor.row) ?? 0) + 1;
  const row = rows.slice(from).find((next) => groupOfRow(next) === null);
  return row === undefined ? marked : { ...marked, cursor: { ...cursor, row } };
}

/** Begins a range, or ends it and keeps its marks. */
export function turnRange(state: GridState, watched: SweepWatched): GridState {
  const { anchor, cursor, marks } = state;
  if (cursor === null) return state;
  if (anchor !== null) return { ...state, anchor: null };
  return markRange({ ...state, anchor: { place: cursor, marks } }, watched);
}

/** To the next job that needs somebody; null where none does. */
export function toNextProblem(state: GridState, watched: SweepWatched): GridState | null {
  const { sweep } = watched;
  return moveToNext(state, watched, (jobId) => {
    const job = sweep.jobs.get(jobId);
    return job !== undefined && needsYou(job);
  });
}

/** The job whose detail enter opens: the cursor's, on a label the first that needs somebody, else the first. */
export function jobToOpen(state: GridState, watched: SweepWatched): string | null {
  const jobs = jobsUnderCursor(state, watched);
  const troubled = jobs.find((jobId) => {
    const job = watched.sweep.jobs.get(jobId);
    return job !== undefined && needsYou(job);
  });
  return troubled ?? jobs[0] ?? null;
}

/** A move, and with a range open what it marks. */
export function turnRows(state: GridState, watched: SweepWatched, by: number): GridState {
  return markRange(moveRows(state, watched, by), watched);
}
