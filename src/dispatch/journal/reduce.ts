import type { Usage } from '../backend.ts';
import { type JobState, TERMINAL_STATES } from '../job/words.ts';
import type { OrderAnswer } from '../orders/order.ts';
import { type EventKind, type Fact, isLive, type SweepEvent } from './events.ts';
import { type JobRecord, nextAttempt, plannedRecord, type SweepState } from './sweep-state.ts';

const REOPENS: ReadonlySet<EventKind> = new Set(['job_held', 'job_requeued', 'pull_held']);

type Draft = { -readonly [K in keyof SweepState]: SweepState[K] };
type JobPatch = Partial<JobRecord> & { readonly state?: JobState };

/**
 * Takes one event into the state, in place, and returns the state. Total: an event that does not fit (news
 * of an ended job or of another attempt, an older epoch, an event heard before) changes nothing.
 */
export function reduce(state: SweepState, event: SweepEvent): SweepState {
  if (event.epoch < state.epoch || (event.epoch === state.epoch && event.seq <= state.seq))
    return state;
  const draft = state as Draft;
  draft.epoch = event.epoch;
  draft.seq = event.seq;
  if ('jobId' in event) {
    const job = state.jobs.get(event.jobId);
    const patch = job === undefined ? null : patchOf(job, event);
    if (job !== undefined && patch !== null) replace(draft, job, patch);
    // A person who asks again for a job of a refused or ended sweep sets the sweep going again.
    if (REOPENS.has(event.kind) && patch !== null) {
      draft.ended = null;
      draft.endedAt = null;
    }
    if (event.kind === 'job_requeued' && patch !== null) {
      if (draft.preflight === 'refused') draft.preflight = 'pending';
      draft.refusal = null;
    }
  } else reduceSweep(draft, event);
  return state;
}

function reduceSweep(draft: Draft, event: Exclude<SweepEvent, { jobId: string }>): void {
  switch (event.kind) {
    case 'sweep_planned':
      if (draft.sweepId !== '') return;
      draft.sweepId = event.sweepId;
      draft.token = event.token;
      draft.backend = event.backend;
      draft.gpuMode = event.gpuMode;
      draft.runsDir = event.runsDir;
      draft.resources = event.resources;
      draft.plannedAt = event.time;
      for (const job of event.jobs) {
        (draft.jobs as Map<string, JobRecord>).set(job.jobId, plannedRecord(job));
        (draft.byState.planned as Set<string>).add(job.jobId);
      }
      return;
    case 'dispatcher_started':
      draft.dispatcher = {
        host: event.host,
        pid: event.pid,
        startedAt: event.time,
        hasLeft: false,
      };
      draft.preflight = 'pending';
      draft.preflightDueAt = null;
      draft.ended = null;
      draft.endedAt = null;
      return;
    case 'dispatcher_stopped':
      leave(draft);
      return;
    case 'sweep_recovered':
      return;
    case 'preflight_passed':
      draft.preflight = 'passed';
      draft.accepted = true;
      draft.refusal = null;
      return;
    case 'preflight_deferred':
      draft.preflightDueAt = event.until;
      return;
    case 'preflight_refused':
      draft.preflight = 'refused';
      draft.refusal = { failure: event.failure, hint: event.hint };
      for (const state of ['planned', 'retrying'] as const)
        for (const jobId of [...draft.byState[state]])
          replace(draft, draft.jobs.get(jobId) as JobRecord, {
            state: 'error',
            failure: event.failure,
            outcome: null,
            durationS: 0,
            endedAt: event.time,
            dueAt: null,
          });
      return;
    case 'sweep_paused':
      draft.paused = event.failure;
      return;
    case 'sweep_resumed':
      draft.paused = null;
      draft.ended = null;
      draft.endedAt = null;
      return;
    case 'order_answered': {
      const { done, refused, until } = event;
      (draft.orders as Map<string, OrderAnswer>).set(event.order, { done, refused, until });
      return;
    }
    case 'sweep_ended':
      draft.ended = event.outcome;
      draft.endedAt = event.time;
      leave(draft);
  }
}

function leave(draft: Draft): void {
  if (draft.dispatcher !== null) draft.dispatcher = { ...draft.dispatcher, hasLeft: true };
}

function replace(draft: Draft, job: JobRecord, patch: JobPatch): void {
  const next = { ...job, ...patch };
  (draft.jobs as Map<string, JobRecord>).set(job.jobId, next);
  if (next.pull !== job.pull) {
    const pulls = draft.pulls as Set<string>;
    if (next.pull === null) pulls.delete(job.jobId);
    else pulls.add(job.jobId);
  }
  if (next.state === job.state) return;
  (draft.byState[job.state] as Set<string>).delete(job.jobId);
  (draft.byState[next.state] as Set<string>).add(job.jobId);
}

/** What the event changes of its job, or null where the job does not hear it. */
function patchOf(job: JobRecord, event: Extract<SweepEvent, { jobId: string }>): JobPatch | null {
  switch (event.kind) {
    case 'attempt_opened':
      if (
        (job.state !== 'planned' && job.state !== 'retrying') ||
        event.attempt !== nextAttempt(job)
      )
        return null;
      return {
        state: 'submitted',
        attempt: event.attempt,
        owner: event.owner,
        handle: null,
        detail: '',
        deferrals: 0,
        unanswered: false,
        openedAt: event.time,
        submittedAt: null,
        queuedAt: null,
        startedAt: null,
        dueAt: null,
        givenUp: null,
        cancelling: false,
      };
    case 'job_held':
      if (!TERMINAL_STATES.has(job.state) || event.attempt !== job.attempt) return null;
      return {
        state: 'held',
        dueAt: event.until,
        hold: { from: job.state, resources: event.resources, noSkip: event.noSkip },
      };
    case 'job_hold_undone':
      if (job.hold === null || event.attempt !== job.attempt) return null;
      return { state: job.hold.from, dueAt: null, hold: null };
    case 'job_requeued':
      if (event.attempt !== job.attempt) return null;
      if (!TERMINAL_STATES.has(job.state) && job.state !== 'held') return null;
      return {
        state: 'planned',
        resources: { ...job.resources, ...event.resources },
        noSkip: event.noSkip,
        failures: 0,
        failure: null,
        endedAt: null,
        dueAt: null,
        hold: null,
        cancelling: false,
        givenUp: null,
      };
    case 'pull_held':
      return job.pull === null ? { pull: { dueAt: event.until } } : null;
    case 'pull_undone':
      return job.pull === null ? null : { pull: null };
    case 'pull_begun':
      return job.pull === null ? null : { pull: { dueAt: null } };
    case 'pull_ended':
      return job.pull === null ? null : { pull: null, pullFailure: event.failure };
    case 'job_cached':
      if (job.state === 'planned' && event.attempt === job.attempt)
        return ended('cached', event.time, { outcome: event.outcome, durationS: 0 });
      return hears(job, event)
        ? ended('cached', event.time, { outcome: event.outcome, durationS: 0 })
        : null;
    case 'job_cancelled':
      if (job.state === 'planned' || job.state === 'retrying')
        return event.attempt === job.attempt
          ? ended('cancelled', event.time, { outcome: null })
          : null;
      return hears(job, event)
        ? ended('cancelled', event.time, {
            outcome: null,
            cost: added(job.cost, event.usage),
            unanswered: event.unanswered ?? false,
            durationS: job.startedAt === null ? 0 : secondsBetween(job.startedAt, event.time),
          })
        : null;
    default:
      return hears(job, event) ? livePatch(job, event) : null;
  }
}

type LiveEvent = SweepEvent & Extract<Fact, { jobId: string; owner: string }>;

/** What changes of a job whose attempt lives and is the one that the event speaks of. */
function livePatch(job: JobRecord, event: LiveEvent): JobPatch | null {
  switch (event.kind) {
    case 'job_submitted':
      return job.handle === null
        ? { handle: event.handle, submittedAt: event.time, queuedAt: event.time, dueAt: null }
        : null;
    case 'submission_deferred':
      return job.handle === null
        ? {
            detail: event.failure.error,
            deferrals: job.deferrals + (event.full === true ? 0 : 1),
            dueAt: event.until,
          }
        : null;
    case 'job_waiting':
      return {
        state: 'waiting',
        detail: event.reason,
        // One that ran and waits again has not started: all its clocks begin anew.
        ...(job.startedAt === null ? {} : { startedAt: null, queuedAt: event.time }),
      };
    case 'job_starting':
    case 'job_running':
      return {
        state: event.kind === 'job_starting' ? 'starting' : 'running',
        detail: event.on,
        startedAt: job.startedAt ?? event.since,
      };
    case 'job_collecting':
      return { state: 'collecting' };
    case 'attempt_given_up':
      return { givenUp: event.failure };
    case 'job_cancel_requested':
      return { cancelling: true };
    case 'attempt_failed':
      return {
        state: 'retrying',
        failure: event.failure,
        failures: job.failures + 1,
        dueAt: event.retryAt,
        cost: added(job.cost, event.usage),
      };
    case 'job_failed':
      return ended('error', event.time, {
        outcome: null,
        failure: event.failure,
        failures: job.failures + 1,
        durationS: event.durationS,
        cost: added(job.cost, event.usage),
        unanswered: event.unanswered ?? false,
      });
    case 'job_finished':
      return ended('ok', event.time, {
        outcome: event.outcome,
        durationS: event.durationS,
        cost: added(job.cost, event.usage),
        failure: null,
      });
    default:
      return null;
  }
}

function hears(job: JobRecord, event: SweepEvent): event is LiveEvent {
  return (
    'owner' in event &&
    isLive(job.state) &&
    event.attempt === job.attempt &&
    event.owner === job.owner
  );
}

function ended(state: JobState, time: number, patch: JobPatch): JobPatch {
  return { ...patch, state, endedAt: time, dueAt: null, cancelling: false, givenUp: null };
}

function added(cost: number | null, usage: Usage | null): number | null {
  return usage === null || usage.cost === null ? cost : (cost ?? 0) + usage.cost;
}

/** Never negative, since a later process may read an earlier clock. */
export function secondsBetween(from: number, to: number): number {
  return Math.max(0, (to - from) / 1000);
}
