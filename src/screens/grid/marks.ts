import type { SweepWatched } from '../known/sweep-watched.ts';
import { rowsOf } from './grid-rows.ts';
import { type GridState, groupOfRow, type Place } from './grid-state.ts';
import { groupsOf } from './groups.ts';

const known = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The marks for asking after one; made once for each list. */
export function markedSet(marks: readonly string[]): ReadonlySet<string> {
  let set = known.get(marks);
  if (set === undefined) {
    set = new Set(marks);
    known.set(marks, set);
  }
  return set;
}

/** The jobs that the cursor is on: of a cell one, of a label its family's, of a group's line all of it that is shown. */
export function jobsUnderCursor(state: GridState, watched: SweepWatched): string[] {
  if (state.cursor === null) return [];
  return jobsOfPlace(state, watched, state.cursor);
}

function jobsOfPlace(state: GridState, watched: SweepWatched, { row, column }: Place): string[] {
  const { families } = watched;
  const group = groupOfRow(row);
  if (group === null) {
    const jobs = families.families[row]?.jobs ?? [];
    if (column >= 0) return presentJobs([jobs[column] ?? null]);
    return shownOnly(state, watched, presentJobs(jobs));
  }
  const members = groupsOf(families).groups[group]?.families ?? [];
  return shownOnly(
    state,
    watched,
    members.flatMap((family) => presentJobs(families.families[family]?.jobs ?? [])),
  );
}

/** A filter leaves of a row or group only its hits. */
function shownOnly(state: GridState, watched: SweepWatched, jobs: readonly string[]): string[] {
  const { hits } = rowsOf(watched, state);
  return hits === null ? [...jobs] : jobs.filter((jobId) => hits.has(jobId));
}

/** What an act is for: the marks, else what the cursor is on. */
export function targetsOf(state: GridState, watched: SweepWatched): readonly string[] {
  return state.marks.length > 0 ? state.marks : jobsUnderCursor(state, watched);
}

/** Marks what the cursor is on; takes the marks away where all of it was marked. */
export function toggleMarks(state: GridState, watched: SweepWatched): GridState {
  return toggled(state, jobsUnderCursor(state, watched));
}

/** All jobs that are shown, of folded groups too where a filter has found them. */
export function toggleAll(state: GridState, watched: SweepWatched): GridState {
  const { rows, shown, hits } = rowsOf(watched, state);
  const families = hits === null ? rows.filter((row) => groupOfRow(row) === null) : shown;
  const jobs = families.flatMap((row) => presentJobs(watched.families.families[row]?.jobs ?? []));
  return toggled(state, shownOnly(state, watched, jobs));
}

function toggled(state: GridState, jobs: readonly string[]): GridState {
  const marked = new Set(state.marks);
  const areAll = jobs.length > 0 && jobs.every((jobId) => marked.has(jobId));
  for (const jobId of jobs) {
    if (areAll) marked.delete(jobId);
    else marked.add(jobId);
  }
  return { ...state, marks: [...marked] };
}

/** While a range is open, what lies between its beginning and the cursor is marked besides what was before. */
export function markRange(state: GridState, watched: SweepWatched): GridState {
  const { anchor, cursor } = state;
  if (anchor === null || cursor === null) return state;
  const { rows, indexOf } = rowsOf(watched, state);
  const ends = [indexOf.get(anchor.place.row) ?? 0, indexOf.get(cursor.row) ?? 0].toSorted(
    byNumber,
  );
  const columns = [anchor.place.column, cursor.column].toSorted(byNumber);
  const [fromColumn = -1, toColumn = -1] = columns;
  const marked = new Set(anchor.marks);
  for (const row of rows.slice(ends[0], (ends[1] as number) + 1)) {
    if (groupOfRow(row) !== null) continue;
    const jobs = watched.families.families[row]?.jobs ?? [];
    const chosen = fromColumn < 0 ? jobs : jobs.slice(fromColumn, toColumn + 1);
    for (const jobId of shownOnly(state, watched, presentJobs(chosen))) marked.add(jobId);
  }
  return { ...state, marks: [...marked] };
}

function presentJobs(jobs: readonly (string | null)[]): string[] {
  return jobs.filter((jobId) => jobId !== null);
}

function byNumber(a: number, b: number): number {
  return a - b;
}
