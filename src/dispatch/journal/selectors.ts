import { JOB_STATES, type JobState, MUST_REPEAT } from '../job/words.ts';
import { LIVE_STATES } from './events.ts';
import type { JobRecord, SweepState } from './sweep-state.ts';

/** How many jobs stand in each state. */
export function countsByState(sweep: SweepState): Readonly<Record<JobState, number>> {
  return Object.fromEntries(
    JOB_STATES.map((state) => [state, sweep.byState[state].size]),
  ) as Record<JobState, number>;
}

/** All jobs in the plan's order. */
export function jobsOf(sweep: SweepState): JobRecord[] {
  return [...sweep.jobs.values()];
}

/** Jobs with a living attempt. */
export function liveJobs(sweep: SweepState): JobRecord[] {
  return LIVE_STATES.flatMap((state) =>
    [...sweep.byState[state]].map((jobId) => sweep.jobs.get(jobId) as JobRecord),
  );
}

export function liveCount(sweep: SweepState): number {
  return LIVE_STATES.reduce((sum, state) => sum + sweep.byState[state].size, 0);
}

/** Where a job stands while a retry of it can still be undone: where it stood before. */
export function standing(job: JobRecord): JobState {
  return job.hold?.from ?? job.state;
}

/** Jobs with a result, for results.csv: while one is computed again, the run that it had still stands. */
export function finishedJobs(sweep: SweepState): JobRecord[] {
  return jobsOf(sweep).filter(({ outcome }) => outcome !== null);
}

/** Jobs without one and with none to come, for errors.csv. */
export function failedJobs(sweep: SweepState): JobRecord[] {
  return jobsOf(sweep).filter((job) => ['error', 'cancelled'].includes(standing(job)));
}

/** Whether the job would fail the same way again: left out where nobody names it. */
export function mustRepeat({ failure }: JobRecord): boolean {
  return failure !== null && MUST_REPEAT.has(failure.errorType);
}

/** The failed jobs that a retry without names runs again. */
export function jobsToRetry(sweep: SweepState): JobRecord[] {
  return jobsOf(sweep).filter((job) => job.state === 'error' && !mustRepeat(job));
}
