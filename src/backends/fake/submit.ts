import type { Attempt, Submission } from '../../dispatch/backend.ts';
import type { Resources } from '../../dispatch/job/job-spec.ts';
import type { ErrorType, Failure } from '../../dispatch/job/words.ts';
import { ask, trouble } from './ask.ts';
import type { FakePlace } from './fake-place.ts';
import { faultThat } from './faults.ts';
import { placementFor } from './site.ts';
import { budgetLeft } from './usage.ts';

/** Hands attempts to the place. One that it has taken before is found again, whatever has changed since. */
export async function submitFake(
  place: FakePlace,
  attempts: readonly Attempt[],
  signal: AbortSignal,
): Promise<readonly Submission[]> {
  const names = attempts.map(({ job }) => job.jobId);
  return ask(place, 'submit', names, signal, (met) =>
    attempts.map((attempt, i): Submission => {
      const { jobId } = attempt.job;
      const breach = faultThat(met, 'throw midway', jobId);
      if (breach?.afterJobs === i) throw trouble('submit');
      const before = place.attempts.find({ jobId, ...attempt });
      if (before !== null) return { kind: 'submitted', handle: before.handle };
      const refusal = faultThat(met, 'refuse', jobId);
      if (refusal !== null) return { kind: 'refused', jobId, failure: refusal.failure };
      return admit(place, attempt);
    }),
  );
}

function admit(place: FakePlace, attempt: Attempt): Submission {
  const { site, attempts } = place;
  const { jobId } = attempt.job;
  const placement = placementFor(site, withoutVainTypes(place, attempt));
  if (placement === null)
    return refused(jobId, 'config', 'No partition takes such a job. Ask for less.');
  if (site.maxJobs !== undefined && attempts.live().length >= site.maxJobs)
    return refused(jobId, 'throttled', `The place takes ${site.maxJobs} jobs at once.`);
  const left = budgetLeft(place);
  if (left !== null && left <= 0)
    return refused(jobId, 'billing', 'The budget is spent. Raise it, then retry the job.');
  return { kind: 'submitted', handle: attempts.take(attempt, placement) };
}

/** A GPU type on which an earlier attempt was never begun is the last to be asked for again. */
function withoutVainTypes({ attempts }: FakePlace, { job, resources }: Attempt): Resources {
  const vain = attempts
    .all()
    .filter((one) => one.job.jobId === job.jobId && one.startedAt === null)
    .map(({ placement }) => placement.gpu);
  const isVain = (type: string) => vain.includes(type);
  const { gpuTypes } = resources;
  return {
    ...resources,
    gpuTypes: [...gpuTypes.filter((type) => !isVain(type)), ...gpuTypes.filter(isVain)],
  };
}

function refused(jobId: string, errorType: ErrorType, text: string): Submission {
  const error = `${jobId} was refused: ${text}`;
  const failure: Failure = { stage: 'submit', errorType, error, traceback: '' };
  return { kind: 'refused', jobId, failure };
}
