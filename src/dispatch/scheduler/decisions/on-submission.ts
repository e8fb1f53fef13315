import type { JobHandle } from '../../backend.ts';
import { tidyFailure } from '../../job/failure.ts';
import type { Fact } from '../../journal/events.ts';
import { backoffMs } from '../policy.ts';
import { failed } from './end-of-attempt.ts';
import { type Decision, living, type Of, type Situation } from './situation.ts';

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
    else facts.push(...failed(situation, job, { told: answer.failure, at, paused }));
    paused ||= facts.at(-1)?.kind === 'sweep_paused';
  }
  return [facts, unwanted.length === 0 ? [] : [{ kind: 'cancel', handles: unwanted }]];
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
