import type { JobHandle } from '../../backend.ts';
import type { Fact, SweepOutcome } from '../../journal/events.ts';
import { liveCount, liveJobs } from '../../journal/selectors.ts';
import { type JobRecord, nextAttempt, type SweepState } from '../../journal/sweep-state.ts';
import { ownerOf } from '../policy.ts';
import type { AttemptRef, Command } from '../stimulus.ts';
import { type Vigil, vigilOf } from '../vigil.ts';
import { FULL_MS } from './on-submission.ts';
import { attemptOf, type Decision, NOTHING, named, type Of, type Situation } from './situation.ts';

/** An attempt that could not be ended is asked to end again after this time. */
const ASK_AGAIN_MS = 30_000;

/** What is due now. Only a tick starts anything. */
export function onTick(situation: Situation, { at }: Of<'tick'>): Decision {
  const { sweep } = situation;
  if (sweep.sweepId === '' || sweep.ended !== null) return NOTHING;
  const parts = [
    toCancel(situation, at),
    holdsThatAreOver(situation, at),
    pulls(situation, at),
    toSubmit(situation, at),
    end(situation),
  ];
  return [parts.flatMap(([facts]) => facts), parts.flatMap(([, commands]) => commands)];
}

function toCancel({ sweep, vigils }: Situation, at: number): Decision {
  const handles = liveJobs(sweep).flatMap((job): JobHandle[] => {
    if (job.handle === null || !(job.cancelling || job.givenUp !== null)) return [];
    const { cancelAskedAt } = vigilOf(vigils, job.jobId, job.attempt);
    return cancelAskedAt === null || at - cancelAskedAt >= ASK_AGAIN_MS ? [job.handle] : [];
  });
  // For these the place had no room: there is nobody to ask.
  const facts = liveJobs(sweep).flatMap((job): Fact[] => {
    if (job.handle !== null || !job.cancelling) return [];
    const { fullAt, submitting } = vigilOf(vigils, job.jobId, job.attempt);
    const isOut = fullAt !== null && !submitting;
    return isOut ? [{ kind: 'job_cancelled', ...attemptOf(job), usage: null }] : [];
  });
  return [facts, handles.length === 0 ? [] : [{ kind: 'cancel', handles }]];
}

function holdsThatAreOver({ sweep }: Situation, at: number): Decision {
  const facts = named(sweep, sweep.byState.held).flatMap(
    ({ jobId, attempt, hold, dueAt }): Fact[] =>
      hold === null || (dueAt ?? 0) > at
        ? []
        : [
            {
              kind: 'job_requeued',
              jobId,
              attempt,
              resources: hold.resources,
              noSkip: hold.noSkip,
            },
          ],
  );
  return [facts, []];
}

/** A pull that an earlier dispatcher began is begun again: storages go on where they were. */
function pulls({ sweep, pulling }: Situation, at: number): Decision {
  const due = named(sweep, sweep.pulls).filter(
    ({ jobId, pull }) => (pull?.dueAt ?? 0) <= at && !pulling.has(jobId),
  );
  const facts = due.flatMap(({ jobId, pull }): Fact[] =>
    pull?.dueAt == null ? [] : [{ kind: 'pull_begun', jobId }],
  );
  const jobIds = due.map(({ jobId }) => jobId);
  return [facts, jobIds.length === 0 ? [] : [{ kind: 'pull', jobIds }]];
}

function toSubmit(situation: Situation, at: number): Decision {
  const { sweep, policy } = situation;
  const facts: Fact[] = [];
  const commands: Command[] = [];
  const submissions: AttemptRef[] = unanswered(situation, at).map(attemptOf);
  if (mayStart(sweep) && waitingCount(sweep) > 0) {
    if (sweep.preflight === 'passed')
      for (const job of startable(sweep, policy.maxConcurrent - liveCount(sweep), at)) {
        const { jobId } = job;
        const number = nextAttempt(job);
        const attempt = { jobId, attempt: number, owner: ownerOf(sweep.token, jobId, number) };
        facts.push({ kind: 'attempt_opened', ...attempt });
        submissions.push(attempt);
      }
    else if (mayAskPreflight(situation, at))
      commands.push({
        kind: 'preflight',
        jobIds: [...sweep.byState.planned, ...sweep.byState.retrying],
      });
  }
  if (submissions.length > 0) commands.push({ kind: 'submit', attempts: submissions });
  return [facts, commands];
}

/** Attempts that were opened and of which nobody knows whether the backend took them. */
function unanswered({ sweep, vigils }: Situation, at: number): JobRecord[] {
  return named(sweep, sweep.byState.submitted).filter(
    (job) =>
      job.handle === null &&
      (job.dueAt ?? 0) <= at &&
      !vigilOf(vigils, job.jobId, job.attempt).submitting &&
      hasRoom(vigilOf(vigils, job.jobId, job.attempt), at),
  );
}

/** A place that was full a moment ago is not asked again yet. */
function hasRoom({ fullAt }: Vigil, at: number): boolean {
  return fullAt === null || at - fullAt >= FULL_MS;
}

function mayAskPreflight({ sweep, preflightAsked }: Situation, at: number): boolean {
  return sweep.preflight === 'pending' && !preflightAsked && (sweep.preflightDueAt ?? 0) <= at;
}

/** Retries that are due, then planned jobs in the plan's order, as many as may start. */
function startable(sweep: SweepState, free: number, at: number): JobRecord[] {
  const chosen: JobRecord[] = [];
  for (const state of ['retrying', 'planned'] as const)
    for (const jobId of sweep.byState[state]) {
      if (chosen.length >= free) return chosen;
      const job = sweep.jobs.get(jobId) as JobRecord;
      if ((job.dueAt ?? 0) <= at) chosen.push(job);
    }
  return chosen;
}

function end({ sweep }: Situation): Decision {
  const waiting = waitingCount(sweep);
  const isBusy = liveCount(sweep) + sweep.byState.held.size + sweep.pulls.size > 0;
  if (isBusy || (waiting > 0 && mayStart(sweep))) return NOTHING;
  return [[{ kind: 'sweep_ended', outcome: outcomeOf(sweep, waiting) }], []];
}

function outcomeOf({ refusal }: SweepState, waiting: number): SweepOutcome {
  if (waiting > 0) return 'paused';
  return refusal === null ? 'complete' : 'refused';
}

function mayStart({ paused }: SweepState): boolean {
  return paused === null;
}

function waitingCount({ byState }: SweepState): number {
  return byState.planned.size + byState.retrying.size;
}
