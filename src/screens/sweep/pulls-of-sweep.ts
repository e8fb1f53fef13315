import type { PullUnderWay } from '../../dispatch/artifacts/pulls-under-way.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';

/** Runs that the sweep's supervisor brings here now: that it does is in the journal, how far it is in `live.json`. */
export function pullsOf({
  sweep,
  live,
}: Pick<SweepWatched, 'sweep' | 'live'>): ReadonlyMap<string, PullUnderWay> {
  const jobs = [...sweep.pulls].flatMap((jobId) => sweep.jobs.get(jobId) ?? []);
  const begun = jobs.filter(({ pull }) => pull !== null && pull.dueAt === null);
  return new Map(begun.map(({ runId }) => [runId, live?.pulls?.[runId] ?? NO_BYTES_YET] as const));
}

const NO_BYTES_YET: PullUnderWay = { bytes: 0, total: 0, bytesPerS: null };
