import type { SweepWatched } from '../known/sweep-watched.ts';
import { type Face, faceOf, HEADER_FACES } from '../sweep/job-words.ts';
import { groupsOf } from './groups.ts';

export type FaceCounts = Readonly<Partial<Record<Face, number>>>;

/** In a narrow header some faces count as another. */
const NARROW: Readonly<Partial<Record<Face, Face>>> = {
  starting: 'running',
  collecting: 'running',
  planned: 'waiting',
  submitted: 'waiting',
};

/** From which width on every face has its own count. */
const WIDE = 120;

const known = new WeakMap<SweepWatched, FaceCounts>();

/** How many jobs there are of each face: all of them. */
function allCounts(watched: SweepWatched): FaceCounts {
  const before = known.get(watched);
  if (before !== undefined) return before;
  const { byState, jobs } = watched.sweep;
  const counts: Partial<Record<Face, number>> = {};
  for (const [state, ids] of Object.entries(byState))
    if (state !== 'waiting') counts[state as Face] = ids.size;
  // Of what waits only its reason tells whether waiting helps.
  for (const jobId of byState.waiting) {
    const job = jobs.get(jobId);
    if (job !== undefined) add(counts, faceOf(job));
  }
  known.set(watched, counts);
  return counts;
}

/** The counts of the header in its order, none of them 0; they add up to all jobs at every width. */
export function headerCounts(
  watched: SweepWatched,
  width: number,
): readonly (readonly [Face, number])[] {
  const counts: Partial<Record<Face, number>> = {};
  for (const [face, count = 0] of Object.entries(allCounts(watched)) as [Face, number][])
    add(counts, width < WIDE ? (NARROW[face] ?? face) : face, count);
  return inOrder(counts, HEADER_FACES);
}

const GROUP_FACES: readonly Face[] = ['error', 'needs-hands', ...HEADER_FACES];

/** Of each group's columns the counts, made when the group is first looked at. */
const knownGroups = new WeakMap<SweepWatched, Map<string, readonly (readonly [Face, number])[]>>();

/** What the jobs of a group under one sampler are, what needs somebody first, none of them 0. */
export function groupCounts(
  watched: SweepWatched,
  group: number,
  column: number,
): readonly (readonly [Face, number])[] {
  let cells = knownGroups.get(watched);
  if (cells === undefined) {
    cells = new Map();
    knownGroups.set(watched, cells);
  }
  const key = `${group} ${column}`;
  let counts = cells.get(key);
  if (counts === undefined) {
    counts = countGroup(watched, group, column);
    cells.set(key, counts);
  }
  return counts;
}

function countGroup(
  { families, sweep }: SweepWatched,
  group: number,
  column: number,
): readonly (readonly [Face, number])[] {
  const counts: Partial<Record<Face, number>> = {};
  for (const family of groupsOf(families).groups[group]?.families ?? []) {
    const job = sweep.jobs.get(families.families[family]?.jobs[column] ?? '');
    if (job !== undefined) {
      const face = faceOf(job);
      add(counts, NARROW[face] ?? face);
    }
  }
  return inOrder(counts, GROUP_FACES);
}

function add(counts: Partial<Record<Face, number>>, face: Face, count = 1): void {
  counts[face] = (counts[face] ?? 0) + count;
}

function inOrder(counts: FaceCounts, order: readonly Face[]): readonly (readonly [Face, number])[] {
  return [...new Set(order)].flatMap((face): (readonly [Face, number])[] => {
    const count = counts[face] ?? 0;
    return count > 0 ? [[face, count]] : [];
  });
}
