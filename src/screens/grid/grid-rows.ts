import type { SweepWatched } from '../known/sweep-watched.ts';
import type { Families } from '../sweep/families.ts';
import { type JobFilter, parseFilter } from '../sweep/job-filter.ts';
import type { GridState, RowId } from './grid-state.ts';
import { groupRow } from './grid-state.ts';
import { groupsOf } from './groups.ts';

/** What the grid has, of which a screen shows a window. */
export interface GridRows {
  /** From top to bottom. */
  readonly rows: readonly RowId[];
  /** Of each row its index. */
  readonly indexOf: ReadonlyMap<RowId, number>;
  /** Families in their order that have a hit, in folded groups too. */
  readonly shown: readonly number[];
  /** Null: all jobs are hits. */
  readonly hits: ReadonlySet<string> | null;
}

type Chosen = Pick<GridState, 'folded' | 'filter' | 'order' | 'only'>;

interface Kept extends Chosen {
  readonly rows: GridRows;
}

/** Without a filter rows depend on the plan alone; with one on what has become of the jobs. */
const kept = new WeakMap<object, Kept>();

/** The rows, made anew only where something they depend on has changed. */
export function rowsOf(watched: SweepWatched, state: Chosen): GridRows {
  const basis = state.filter === '' ? watched.families : watched;
  const before = kept.get(basis);
  if (
    before !== undefined &&
    before.folded === state.folded &&
    before.filter === state.filter &&
    before.order === state.order &&
    before.only === state.only
  )
    return before.rows;
  const rows = makeRows(watched, state);
  const { folded, filter, order, only } = state;
  kept.set(basis, { folded, filter, order, only, rows });
  return rows;
}

function makeRows({ families, sweep }: SweepWatched, state: Chosen): GridRows {
  const { groupOf } = groupsOf(families);
  const hits = hitsOf({ families, sweep }, state);
  const folded = new Set(state.folded);
  const order = state.order ?? families.families.keys();
  const rows: RowId[] = [];
  const shown: number[] = [];
  let last = -1;
  for (const family of order) {
    const jobs = families.families[family]?.jobs ?? [];
    if (hits !== null && !jobs.some((jobId) => jobId !== null && hits.has(jobId))) continue;
    const group = groupOf[family] as number;
    if (group !== last) rows.push(groupRow(group));
    last = group;
    shown.push(family);
    if (!folded.has(group)) rows.push(family);
  }
  return { rows, indexOf: new Map(rows.map((row, index) => [row, index])), shown, hits };
}

function hitsOf(
  { families, sweep }: Pick<SweepWatched, 'families' | 'sweep'>,
  { filter, only }: Chosen,
): ReadonlySet<string> | null {
  const holds = filterOf(families, filter);
  if (holds === null) return only === null ? null : new Set(only);
  const candidates = only ?? sweep.jobs.keys();
  const hits = new Set<string>();
  for (const jobId of candidates) {
    const job = sweep.jobs.get(jobId);
    if (job !== undefined && holds(job)) hits.add(jobId);
  }
  return hits;
}

function filterOf(families: Families, text: string): JobFilter | null {
  if (text.trim() === '') return null;
  const problems = groupsOf(families).groups.map(({ problem }) => problem);
  return parseFilter(
    text,
    new Set([...families.samplers, ...problems].map((name) => name.toLowerCase())),
  );
}
