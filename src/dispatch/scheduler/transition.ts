import type { JobHandle, Observation, Usage } from '../backend.ts';
import { tidyFailure } from '../job/failure.ts';
import { harmlessText } from '../job/harmless-text.ts';
import type { JobResult } from '../job/protocol.ts';
import { type Failure, TERMINAL_STATES } from '../job/words.ts';
import { type Fact, isLive, type SweepOutcome } from '../journal/events.ts';
import { outcomeOf } from '../journal/outcome.ts';
import { secondsBetween } from '../journal/reduce.ts';
import { liveCount, liveJobs } from '../journal/selectors.ts';
import { type JobRecord, nextAttempt, type SweepState } from '../journal/sweep-state.ts';
import { backoffMs, ownerOf, type Policy, retryAt } from './policy.ts';
import type { AttemptRef, Command, Stimulus } from './stimulus.ts';
import { type Vigil, vigilOf } from './vigil.ts';
import { overdue } from './watchdog.ts';

/** What deciding looks at: the journal's fold, what this process saw, and what it may do. */
export interface Situation {
  readonly sweep: SweepState;
  readonly vigils: ReadonlyMap<string, Vigil>;
  readonly preflightAsked: boolean;
  readonly policy: Policy;
}

type Decision = readonly [facts: readonly Fact[], commands: readonly Command[]];
type Of<K extends Stimulus['kind']> = Extract<Stimulus, { kind: K }>;

/** An attempt that could not be ended is asked to end again after this time. */
const ASK_AGAIN_MS = 30_000;
const REASON_LIMIT = 300;

/**
 * Decides what a stimulus means. Pure: the same situation and stimulus give the same facts, to be
 * journalled and reduced, and commands, to be carried out after that. Only a tick starts anything.
 */
export function transition(situation: Situation, stimulus: Stimulus): Decision {
  switch (stimulus.kind) {
    case 'tick':
      return onTick(situation, stimulus.at);
    case 'preflight':
      return onPreflight(situation, stimulus);
    case 'found':
      return onFound(situation, stimulus);
    case 'submitted':
      return onSubmitted(situation, stimulus);
    case 'submit_failed':
      return onSubmitFailed(situation, stimulus);
    case 'observed':
      return onObserved(situation, stimulus);
    case 'cancel_requested':
      return onCancelRequested(situation, stimulus);
    case 'retry_requested':
      return onRetryRequested(situation, stimulus);
    case 'undo_requested':
      return onUndoRequested(situation, stimulus);
    case 'resume_requested':
      return situation.sweep.paused === null ? NOTHING : [[{ kind: 'sweep_resumed' }], []];
    case 'interrupted':
      return onInterrupted(situation);
  }
}

const NOTHING: Decision = [[], []];

function onTick({ sweep, vigils, preflightAsked, policy }: Situation, at: number): Decision {
  if (sweep.sweepId === '' || sweep.ended !== null) return NOTHING;
  const facts: Fact[] = [];
  const commands: Command[] = [];

  const toCancel = liveJobs(sweep).filter((job) => {
    if (job.handle === null || !(job.cancelling || job.givenUp !== null)) return false;
    const { cancelAskedAt } = vigilOf(vigils, job.jobId, job.attempt);
    return cancelAskedAt === null || at - cancelAskedAt >= ASK_AGAIN_MS;
  });
  if (toCancel.length > 0)
    commands.push({ kind: 'cancel', handles: toCancel.map((job) => job.handle as JobHandle) });

  for (const job of named(sweep, sweep.byState.held))
    if (job.hold !== null && (job.dueAt ?? 0) <= at)
      facts.push({
        kind: 'job_requeued',
        jobId: job.jobId,
        attempt: job.attempt,
        resources: job.hold.resources,
        noSkip: job.hold.noSkip,
      });

  const unanswered = named(sweep, sweep.byState.submitted).filter(
    (job) =>
      job.handle === null &&
      (job.dueAt ?? 0) <= at &&
      !vigilOf(vigils, job.jobId, job.attempt).submitting,
  );
  const submissions: AttemptRef[] = unanswered.map(attemptOf);
  const waiting = sweep.byState.planned.size + sweep.byState.retrying.size;
  const mayStart = !sweep.interrupted && sweep.paused === null;
  if (mayStart && waiting > 0) {
    if (sweep.preflight === 'passed')
      for (const job of startable(sweep, policy.maxConcurrent - liveCount(sweep), at)) {
        const attempt = {
          jobId: job.jobId,
          attempt: nextAttempt(job),
          owner: ownerOf(sweep.token, job.jobId, nextAttempt(job)),
        };
        facts.push({ kind: 'attempt_opened', ...attempt });
        submissions.push(attempt);
      }
    else if (sweep.preflight === 'pending' && !preflightAsked)
      commands.push({
        kind: 'preflight',
        jobIds: [...sweep.byState.planned, ...sweep.byState.retrying],
      });
  }
  if (submissions.length > 0) commands.push({ kind: 'submit', attempts: submissions });

  const idle = liveCount(sweep) === 0 && sweep.byState.held.size === 0;
  if (idle && (waiting === 0 || !mayStart))
    facts.push({ kind: 'sweep_ended', outcome: outcomeOfSweep(sweep, waiting) });
  return [facts, commands];
}

function outcomeOfSweep(sweep: SweepState, waiting: number): SweepOutcome {
  if (sweep.interrupted) return 'interrupted';
  if (waiting > 0) return 'paused';
  return sweep.preflight === 'refused' ? 'refused' : 'complete';
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

function onPreflight({ sweep }: Situation, { result }: Of<'preflight'>): Decision {
  if (sweep.preflight !== 'pending') return NOTHING;
  return result.ok
    ? [[{ kind: 'preflight_passed', notes: result.notes }], []]
    : [
        [
          {
            kind: 'preflight_refused',
            failure: tidyFailure(result.failure),
            hint: harmlessText(result.hint),
          },
        ],
        [],
      ];
}

function onFound({ sweep }: Situation, { runs }: Of<'found'>): Decision {
  const facts = runs.flatMap(({ jobId, outcome }): Fact[] => {
    const job = sweep.jobs.get(jobId);
    if (job?.state !== 'planned' || job.noSkip) return [];
    return [{ kind: 'job_cached', ...attemptOf(job), outcome }];
  });
  return [facts, []];
}

function onSubmitted(situation: Situation, { answers, at }: Of<'submitted'>): Decision {
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
    else facts.push(...failed(situation, job, answer.failure, null, null, at, paused));
    paused ||= facts.at(-1)?.kind === 'sweep_paused';
  }
  return [facts, unwanted.length === 0 ? [] : [{ kind: 'cancel', handles: unwanted }]];
}

function onSubmitFailed(
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

function onObserved(situation: Situation, { sightings, at }: Of<'observed'>): Decision {
  const facts: Fact[] = [];
  let paused = situation.sweep.paused !== null;
  const heard = new Set<string>();
  for (const { handle, observation, usage } of sightings) {
    const job = living(situation.sweep, handle);
    if (job === null || heard.has(job.jobId)) continue;
    heard.add(job.jobId);
    // Seen before its hand-over was answered: it can be found again from now on.
    if (job.handle === null && observation.kind !== 'unknown')
      facts.push({ kind: 'job_submitted', ...attemptOf(job), handle });
    const news = seen(situation, job, observation, usage, at, paused);
    paused ||= news.some(({ kind }) => kind === 'sweep_paused');
    facts.push(...news);
  }
  return [facts, []];
}

/** What one sighting of a living attempt means. */
function seen(
  situation: Situation,
  job: JobRecord,
  observation: Observation,
  usage: Usage | null,
  at: number,
  paused: boolean,
): Fact[] {
  const attempt = attemptOf(job);
  switch (observation.kind) {
    case 'unknown':
      return [];
    case 'waiting': {
      const reason = harmlessText(observation.reason, REASON_LIMIT);
      const same = job.state === 'waiting' && job.detail === reason;
      const news: Fact[] = same ? [] : [{ kind: 'job_waiting', ...attempt, reason }];
      return [...news, ...givenUp(situation, { ...job, detail: reason }, at)];
    }
    case 'starting':
    case 'running': {
      const on = harmlessText(observation.on, REASON_LIMIT);
      const kind = observation.kind === 'starting' ? 'job_starting' : 'job_running';
      const same = job.state === observation.kind && job.detail === on;
      const news: Fact[] = same ? [] : [{ kind, ...attempt, on }];
      const started = { ...job, detail: on, startedAt: job.startedAt ?? at };
      return [...news, ...givenUp(situation, started, at)];
    }
    case 'collecting':
      return job.state === 'collecting' ? [] : [{ kind: 'job_collecting', ...attempt }];
    case 'ended': {
      const { result } = observation;
      if (result.owner !== job.owner || result.attempt !== job.attempt) return [];
      return result.status === 'ok'
        ? [finished(job, result, usage)]
        : failed(situation, job, failureOf(result), result.duration_s, usage, at, paused);
    }
    case 'failed':
      return failed(situation, job, observation.failure, null, usage, at, paused);
    case 'cancelled':
      return failed(situation, job, CANCELLED_BY_OTHERS, null, usage, at, paused);
  }
}

/** The clocks are read only at a sighting: who has not looked cannot say that nothing has changed. */
function givenUp(situation: Situation, job: JobRecord, at: number): Fact[] {
  if (job.givenUp !== null || job.cancelling) return [];
  const vigil = vigilOf(situation.vigils, job.jobId, job.attempt);
  const failure = overdue(job, vigil, situation.policy.limits, at);
  return failure === null ? [] : [{ kind: 'attempt_given_up', ...attemptOf(job), failure }];
}

function finished(
  job: JobRecord,
  result: Extract<JobResult, { status: 'ok' }>,
  usage: Usage | null,
): Fact {
  const outcome = outcomeOf(job.sampler, result.metrics);
  return result.cached
    ? { kind: 'job_cached', ...attemptOf(job), outcome }
    : {
        kind: 'job_finished',
        ...attemptOf(job),
        outcome,
        durationS: result.duration_s,
        usage,
      };
}

/**
 * What the end of an attempt without a run means: a cancellation where one was asked for, else a failure,
 * of the clock that ran out if one did, with or without another attempt.
 */
function failed(
  { sweep, policy }: Situation,
  job: JobRecord,
  told: Failure,
  toldS: number | null,
  usage: Usage | null,
  at: number,
  paused: boolean,
): Fact[] {
  const attempt = attemptOf(job);
  if (job.cancelling) return [{ kind: 'job_cancelled', ...attempt, usage }];
  const failure = tidyFailure(
    job.givenUp === null ? told : { ...job.givenUp, traceback: told.traceback },
  );
  const due = retryAt(policy.retries, sweep.token, job, failure, at);
  if (due !== null) return [{ kind: 'attempt_failed', ...attempt, failure, retryAt: due, usage }];
  const durationS = toldS ?? (job.startedAt === null ? null : secondsBetween(job.startedAt, at));
  const end: Fact = { kind: 'job_failed', ...attempt, failure, durationS, usage };
  return failure.errorType === 'schema' && !paused
    ? [end, { kind: 'sweep_paused', failure }]
    : [end];
}

function failureOf(result: Extract<JobResult, { status: 'error' }>): Failure {
  return {
    stage: result.stage,
    errorType: result.error_type,
    error: result.error,
    traceback: result.traceback,
  };
}

const CANCELLED_BY_OTHERS: Failure = {
  stage: 'sampling',
  errorType: 'cancelled_by_site',
  error: 'The job was cancelled, but not by this sweep. Ask who did, then retry it.',
  traceback: '',
};

function onCancelRequested({ sweep }: Situation, { jobIds, by }: Of<'cancel_requested'>): Decision {
  return [jobIds.flatMap((jobId) => cancelled(sweep.jobs.get(jobId), by)), []];
}

/** A job that does not run is cancelled at once; of a running one it is asked, by the next tick. */
function cancelled(job: JobRecord | undefined, by: string): Fact[] {
  if (job === undefined || TERMINAL_STATES.has(job.state)) return [];
  if (job.state === 'held')
    return [{ kind: 'job_hold_undone', jobId: job.jobId, attempt: job.attempt }];
  if (!isLive(job.state)) return [{ kind: 'job_cancelled', ...attemptOf(job), usage: null }];
  return job.cancelling ? [] : [{ kind: 'job_cancel_requested', ...attemptOf(job), by }];
}

function onRetryRequested({ sweep }: Situation, stimulus: Of<'retry_requested'>): Decision {
  const { resources, noSkip, holdMs, at } = stimulus;
  const asked = new Map(stimulus.jobs.map(({ jobId, attempt }) => [jobId, attempt]));
  const facts = [...asked].flatMap(([jobId, attempt]): Fact[] => {
    const job = sweep.jobs.get(jobId);
    if (job === undefined || job.attempt !== attempt || !TERMINAL_STATES.has(job.state)) return [];
    return holdMs > 0
      ? [{ kind: 'job_held', jobId, attempt, until: at + holdMs, resources, noSkip }]
      : [{ kind: 'job_requeued', jobId, attempt, resources, noSkip }];
  });
  const resumes = facts.length > 0 && sweep.paused !== null;
  return [resumes ? [...facts, { kind: 'sweep_resumed' }] : facts, []];
}

function onUndoRequested({ sweep }: Situation, { jobIds }: Of<'undo_requested'>): Decision {
  const facts = [...new Set(jobIds)].flatMap((jobId): Fact[] => {
    const job = sweep.jobs.get(jobId);
    return job?.state === 'held' ? [{ kind: 'job_hold_undone', jobId, attempt: job.attempt }] : [];
  });
  return [facts, []];
}

function onInterrupted({ sweep }: Situation): Decision {
  if (sweep.interrupted) return NOTHING;
  const held = named(sweep, sweep.byState.held).flatMap((job) => cancelled(job, 'interrupt'));
  const running = liveJobs(sweep).flatMap((job) => cancelled(job, 'interrupt'));
  return [[{ kind: 'sweep_interrupted' }, ...held, ...running], []];
}

/** The job whose newest attempt this is, if that attempt lives. */
function living(sweep: SweepState, attempt: AttemptRef): JobRecord | null {
  const job = sweep.jobs.get(attempt.jobId);
  const isNewest = job?.attempt === attempt.attempt && job.owner === attempt.owner;
  return job !== undefined && isNewest && isLive(job.state) ? job : null;
}

function attemptOf({ jobId, attempt, owner }: JobRecord): AttemptRef {
  return { jobId, attempt, owner };
}

function named(sweep: SweepState, jobIds: ReadonlySet<string>): JobRecord[] {
  return [...jobIds].map((jobId) => sweep.jobs.get(jobId) as JobRecord);
}
