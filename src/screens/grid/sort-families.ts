import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { essPerSecond } from '../sweep/agreement.ts';
import { type Face, faceOf, needsYou } from '../sweep/job-words.ts';
import { groupsOf } from './groups.ts';

/** What the rows may be sorted by, in the order in which `s` goes through them. */
export const SORT_KEYS = [
  'plan',
  'needs-you',
  'state',
  'llc',
  'error',
  'ess/s',
  'began',
  'duration',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** In a sentence: `Sorted by …`. */
export const SORT_WORDS: Readonly<Record<SortKey, string>> = {
  plan: 'the plan',
  'needs-you': 'what needs you',
  state: 'state',
  llc: 'LLC',
  error: 'error',
  'ess/s': 'ESS/s',
  began: 'start',
  duration: 'duration',
};

/** Worst first. */
const FACE_ORDER: readonly Face[] = [
  'error',
  'needs-hands',
  'retrying',
  'held',
  'running',
  'collecting',
  'starting',
  'submitted',
  'waiting',
  'planned',
  'cancelled',
  'ok',
  'cached',
];

/** What a job is sorted by, the smallest first; null goes to the end. */
const RANKS: Readonly<Record<Exclude<SortKey, 'plan'>, (job: JobRecord) => number | null>> = {
  'needs-you': (job) => (needsYou(job) ? FACE_ORDER.indexOf(faceOf(job)) : null),
  state: (job) => FACE_ORDER.indexOf(faceOf(job)),
  llc: ({ outcome }) => negative(outcome?.llcMean),
  error: ({ outcome }) => negative(outcome?.llcSe),
  'ess/s': essPerSecond,
  began: ({ startedAt }) => negative(startedAt),
  duration: ({ durationS }) => negative(durationS),
};

/**
 * The families in order: inside their groups, and the groups by their first. What is large (LLC, error, duration) or
 * new comes first, few ESS/s too.
 *
 * @param column - the sampler to sort by; -1 takes of each row the job that comes first
 * @returns family indices; null: the plan's order
 */
export function sortFamilies(
  { families, sweep }: Pick<SweepWatched, 'families' | 'sweep'>,
  key: SortKey,
  column: number,
): readonly number[] | null {
  if (key === 'plan') return null;
  const rank = RANKS[key];
  const rankOf = (jobId: string | null | undefined): number => {
    const job = jobId == null ? undefined : sweep.jobs.get(jobId);
    return (job === undefined ? null : rank(job)) ?? Number.POSITIVE_INFINITY;
  };
  const isWholeRow = column < 0 || key === 'needs-you';
  const ranks = families.families.map(({ jobs }) =>
    isWholeRow ? Math.min(...jobs.map(rankOf)) : rankOf(jobs[column]),
  );
  const byRank = (a: number, b: number) => compare(ranks[a] as number, ranks[b] as number);
  return groupsOf(families)
    .groups.map((group) => group.families.toSorted(byRank))
    .sort((a, b) => byRank(a[0] as number, b[0] as number))
    .flat();
}

/** Infinities are equal, which their difference is not. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function negative(value: number | null | undefined): number | null {
  return value == null ? null : -value;
}
