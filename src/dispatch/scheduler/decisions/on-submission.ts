import type { JobHandle } from '../../backend.ts';
import { tidyFailure } from '../../job/failure.ts';
import type { Fact } from '../../journal/events.ts';
import type { JobRecord } from '../../journal/sweep-state.ts';
import { backoffMs } from '../policy.ts';
import { failed } from './end-of-attempt.ts';
import { attemptOf, type Decision, living, type Of, type Situation } from './situation.ts';

/** A place without room is asked again after this time. */
export const FULL_MS = 30_000;

/** The backend's answers to attempts that were handed over. */
export function onSubmitted(situation: Situation, { answers, at }: Of<'submitted'>): Decision {
  const facts: Fact[] = [];
  const unwanted: JobHandle[] = [];
  let paused = situation.sweep.paused !== null;
  for (const { attempt, answer } of answers) {
    const job = living(situation.sweep, attempt);
    if (job === null || job.handle !== null) {
      // Nobody waits for it any more; left alone it would run for nothing.
      if (job === null && answer.kind === 'submitted') unwanted.push(answer.handle);
    } else if (answer.kind === 'submitted')
      facts.push({ kind: 'job_submitted', ...attempt, handle: answer.handle });
    else if (answer.kind === 'full') facts.push(...noRoom(job, answer.reason, at));
    else facts.push(...failed(situation, job, { told: answer.failure, at, paused }));
    paused ||= facts.at(-1)?.kind === 'sweep_paused';
  }
  return [facts, unwanted.length === 0 ? [] : [{ kind: 'cancel', handles: unwanted }]];
}

/** It was not started, so it can be cancelled here and now. That the place is still full is no news. */
function noRoom(job: JobRecord, reason: string, at: number): Fact[] {
  if (job.cancelling) return [{ kind: 'job_cancelled', ...attemptOf(job), usage: null }];
  const failure = tidyFailure({
    stage: 'submit',
    errorType: 'throttled',
    error: reason,
    traceback: '',
  });
  if (job.detail === failure.error) return [];
  return [
    {
      kind: 'submission_deferred',
      ...attemptOf(job),
      failure,
      until: at + FULL_MS,
      full: true,
    },
  ];
}

/** Whether the backend took them is not known: the same attempts are handed over again, later. */
export function onSubmitFailed(
  { sweep, policy }: Situation,
  { attempts, failure, at }: Of<'submit_failed'>,
): Decision {
  const facts = attempts.flatMap((attempt): Fact[] => {
    const job = living(sweep, attempt);
    if (job === null || job.handle !== null) return [];
    const tidy = tidyFailure(failure);
    if (job.deferrals >= policy.retries.maxRetries) {
      const end = { ...attempt, usage: null, unanswered: true };
      return [
        job.cancelling
          ? { kind: 'job_cancelled', ...end }
          : { kind: 'job_failed', ...end, failure: tidy, durationS: null },
      ];
    }
    const until = at + backoffMs(policy.retries, sweep.token, job, job.deferrals);
    return [{ kind: 'submission_deferred', ...attempt, failure: tidy, until }];
  });
  return [facts, []];
}
