import { type JobState, TERMINAL_STATES } from '../../job/words.ts';
import { type Fact, isLive } from '../../journal/events.ts';
import { failedJobs, jobsOf, mustRepeat, standing } from '../../journal/selectors.ts';
import type { JobRecord, SweepState } from '../../journal/sweep-state.ts';
import type { Order, OrderAction } from '../../orders/order.ts';
import type { Policy } from '../policy.ts';
import { attemptOf, type Decision, NOTHING, type Of, type Situation } from './situation.ts';

/** What an order does to one job, or why it does nothing. */
type Verdict = { readonly fact: Fact } | { readonly why: string };

/**
 * What a person asks for. Each job is answered for: done, or refused in words. An order that was heard before
 * (it came twice, or a dispatcher died after hearing it) does nothing.
 */
export function onOrder({ sweep, policy }: Situation, { order, at }: Of<'order'>): Decision {
  if (sweep.orders.has(order.id)) return NOTHING;
  const facts: Fact[] = [];
  const done: string[] = [];
  const refused: { jobId: string; why: string }[] = [];
  for (const { jobId, seenAttempt } of chosen(sweep, order)) {
    const verdict = judge(policy, order, sweep.jobs.get(jobId), seenAttempt, at);
    if ('why' in verdict) refused.push({ jobId, why: verdict.why });
    else {
      facts.push(verdict.fact);
      done.push(jobId);
    }
  }
  if (order.action === 'retry' && done.length > 0 && sweep.paused !== null)
    facts.push({ kind: 'sweep_resumed' });
  const isHeld = (order.action === 'retry' || order.action === 'pull') && order.holdMs > 0;
  const until = isHeld && done.length > 0 ? at + order.holdMs : null;
  const { id, by, action } = order;
  facts.push({ kind: 'order_answered', order: id, by, action, done, refused, until });
  return [facts, []];
}

/** The jobs that the order is about, each once, and the attempt that the person saw of it. */
function chosen(
  sweep: SweepState,
  { jobs, action }: Order,
): { readonly jobId: string; readonly seenAttempt: number | null }[] {
  if (jobs === null) return ALL[action](sweep).map(({ jobId }) => ({ jobId, seenAttempt: null }));
  const seen = new Map(jobs.map(({ jobId, attempt }) => [jobId, attempt]));
  return [...seen].map(([jobId, seenAttempt]) => ({ jobId, seenAttempt }));
}

/** Which jobs an action is for where none is named. */
const ALL: Readonly<Record<OrderAction, (sweep: SweepState) => readonly JobRecord[]>> = {
  cancel: (sweep) => jobsOf(sweep).filter(({ state }) => !TERMINAL_STATES.has(state)),
  retry: (sweep) => failedJobs(sweep).filter(({ state }) => state === 'error'),
  pull: (sweep) => jobsOf(sweep).filter(({ outcome }) => outcome !== null),
  undo: (sweep) =>
    jobsOf(sweep).filter(({ state, pull }) => state === 'held' || pull?.dueAt != null),
};

function judge(
  policy: Policy,
  order: Order,
  job: JobRecord | undefined,
  seenAttempt: number | null,
  at: number,
): Verdict {
  if (job === undefined) return { why: 'there is no such job in this sweep' };
  if (seenAttempt !== null && seenAttempt !== job.attempt)
    return {
      why: `it has gone on: you saw attempt ${seenAttempt}, now attempt ${job.attempt} is ${job.state}`,
    };
  switch (order.action) {
    case 'cancel':
      return cancel(job, order.by);
    case 'retry':
      return retry(job, order, at);
    case 'pull':
      return pull(policy, job, at + order.holdMs);
    case 'undo':
      return undo(job);
  }
}

/** A job that does not run is cancelled at once; of a running one it is asked, by the next tick. */
function cancel(job: JobRecord, by: string): Verdict {
  const { jobId, attempt, state } = job;
  if (TERMINAL_STATES.has(state)) return { why: `it has ended: ${state}` };
  if (state === 'held') return { fact: { kind: 'job_hold_undone', jobId, attempt } };
  if (!isLive(state)) return { fact: { kind: 'job_cancelled', ...attemptOf(job), usage: null } };
  if (job.cancelling) return { why: 'it is being cancelled already' };
  return { fact: { kind: 'job_cancel_requested', ...attemptOf(job), by } };
}

function retry(job: JobRecord, order: Order, at: number): Verdict {
  const { jobId, attempt, state, failure } = job;
  const { resources, noSkip, holdMs } = order;
  const why = whyNoRetry(state, noSkip);
  if (why !== null) return { why };
  const isNamed = order.jobs !== null;
  if (!isNamed && failure !== null && mustRepeat(job))
    return { why: `${failure.errorType}: the same seed fails the same way; name it with --job` };
  const how = { jobId, attempt, resources, noSkip };
  return {
    fact:
      holdMs > 0
        ? { kind: 'job_held', ...how, until: at + holdMs }
        : { kind: 'job_requeued', ...how },
  };
}

function whyNoRetry(state: JobState, noSkip: boolean): string | null {
  if (isLive(state)) return `it is ${state}; cancel it first`;
  if (state === 'held') return 'it is asked for already';
  if (state === 'planned' || state === 'retrying') return `it stands in the queue: ${state}`;
  if ((state === 'ok' || state === 'cached') && !noSkip)
    return `it is ${state}; --no-skip computes it again`;
  return null;
}

function pull({ keepsRuns }: Policy, job: JobRecord, until: number): Verdict {
  const { jobId, outcome } = job;
  if (outcome === null) return { why: 'it has no result yet' };
  if (!keepsRuns) return { why: 'its run is here already' };
  if (job.pull !== null) return { why: 'it is asked for already' };
  return { fact: { kind: 'pull_held', jobId, until } };
}

function undo(job: JobRecord): Verdict {
  const { jobId, attempt, state } = job;
  if (state === 'held') return { fact: { kind: 'job_hold_undone', jobId, attempt } };
  if (job.pull !== null && job.pull.dueAt !== null) return { fact: { kind: 'pull_undone', jobId } };
  return { why: `nothing to undo: it is ${standing(job)}` };
}

/** Runs that were asked of the storage have come, or have not. */
export function onPulled({ sweep }: Situation, { answers }: Of<'pulled'>): Decision {
  const facts = answers.flatMap(({ jobId, failure }): Fact[] =>
    sweep.pulls.has(jobId) ? [{ kind: 'pull_ended', jobId, failure }] : [],
  );
  return [facts, []];
}
