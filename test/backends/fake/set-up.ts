import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { type FakePlace, fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { type HandClock, handClock } from '../../../src/backends/fake/hand-clock.ts';
import type { AttemptScript, Scenario } from '../../../src/backends/fake/scenario.ts';
import type { Attempt, Backend, JobHandle } from '../../../src/dispatch/backend.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';

export const NEVER = new AbortController().signal;

/** An attempt of the job `<problem>-hmc-1`, as the run loop hands it over; the fake needs no folder. */
export function fakeAttempt(problem: string, attempt = 1, resources = RESOURCES): Attempt {
  const job = standInJob(problem);
  const dir = `/sweep/jobs/${job.jobId}/attempt-${attempt}`;
  return { job, attempt, owner: `owner-${attempt}`, resources, dir };
}

export function setUp(scenario: Scenario = {}): {
  clock: HandClock;
  place: FakePlace;
  backend: Backend;
} {
  const clock = handClock();
  const place = fakePlace(scenario, clock);
  return { clock, place, backend: fakeBackend(place) };
}

/** A place where the only job goes through this. */
export function setUpWith(...scripts: AttemptScript[]) {
  return setUp({ jobs: { 'a-hmc-1': scripts } });
}

export async function start(backend: Backend, problem = 'a', attempt = 1, resources = RESOURCES) {
  const [answer] = await backend.submit([fakeAttempt(problem, attempt, resources)], NEVER);
  if (answer?.kind !== 'submitted') throw new Error(JSON.stringify(answer));
  return answer.handle;
}

export async function look(backend: Backend, handle: JobHandle) {
  const [observation] = await backend.observe([handle], NEVER);
  if (observation === undefined) throw new Error('no observation');
  return observation;
}
