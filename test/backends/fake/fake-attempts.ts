import type { Attempt } from '../../../src/dispatch/backend.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';

/** An attempt of the job `<problem>-hmc-1`, as the run loop hands it over; the fake needs no folder. */
export function fakeAttempt(problem: string, attempt = 1, resources = RESOURCES): Attempt {
  const job = standInJob(problem);
  const dir = `/sweep/jobs/${job.jobId}/attempt-${attempt}`;
  return { job, attempt, owner: `owner-${attempt}`, resources, dir };
}
