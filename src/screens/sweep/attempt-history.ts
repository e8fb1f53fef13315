import type { Failure } from '../../dispatch/job/words.ts';
import { isLive, type SweepEvent } from '../../dispatch/journal/events.ts';
import { reduce } from '../../dispatch/journal/reduce.ts';
import { emptySweep, type JobRecord, type SweepState } from '../../dispatch/journal/sweep-state.ts';

/** One try of a job, as the journal tells it. */
export interface AttemptSeen {
  readonly attempt: number;
  /** How it stands or ended. */
  readonly state: 'open' | 'ok' | 'cached' | 'error' | 'cancelled';
  /** Milliseconds since 1970; null where it has not happened. */
  readonly openedAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** On which machine it was; empty where it never started. */
  readonly on: string;
  /** The backend's own name of it: pid, 4711_3. */
  readonly handle: string;
  readonly failure: Failure | null;
}

/** All tries of all jobs, oldest first. */
export type AttemptHistory = ReadonlyMap<string, readonly AttemptSeen[]>;

/** What each history has heard: what a journal's event means, `reduce` alone knows. */
const heardBy = new WeakMap<AttemptHistory, SweepState>();

/**
 * Adds what an event tells; the journal's `reduce` keeps only the newest attempt of a job. Deaf to what `reduce` is
 * deaf to: an older epoch, another attempt or owner.
 *
 * @param history - empty at first, then given every event of one journal in order; always the same map, no copy of it
 */
export function addToHistory(
  history: Map<string, readonly AttemptSeen[]>,
  event: SweepEvent,
): void {
  const sweep = heardBy.get(history) ?? emptySweep();
  heardBy.set(history, sweep);
  const before = 'jobId' in event ? sweep.jobs.get(event.jobId) : undefined;
  reduce(sweep, event);
  if (before === undefined) return;
  const after = sweep.jobs.get(before.jobId) as JobRecord;
  if (after === before) return;
  const attempts = history.get(before.jobId) ?? [];
  const next = added(attempts, before, after, event);
  if (next !== attempts) history.set(before.jobId, next);
}

function added(
  attempts: readonly AttemptSeen[],
  before: JobRecord,
  after: JobRecord,
  event: SweepEvent,
): readonly AttemptSeen[] {
  if (event.kind === 'attempt_opened') {
    const opened: AttemptSeen = {
      attempt: event.attempt,
      state: 'open',
      openedAt: event.time,
      startedAt: null,
      endedAt: null,
      on: '',
      handle: '',
      failure: null,
    };
    // One that was never taken is handed over again under its own number.
    return [...attempts.filter(({ attempt }) => attempt !== event.attempt), opened];
  }
  const newest = attempts.at(-1);
  const patch = isLive(before.state) ? patchOf(after, event) : null;
  return newest === undefined || patch === null
    ? attempts
    : [...attempts.slice(0, -1), { ...newest, ...patch }];
}

function patchOf(job: JobRecord, event: SweepEvent): Partial<AttemptSeen> | null {
  switch (event.kind) {
    case 'job_submitted':
      return { handle: event.handle.id };
    case 'job_starting':
    case 'job_running':
      return { startedAt: job.startedAt, on: event.on };
    case 'attempt_failed':
    case 'job_failed':
      return { state: 'error', endedAt: event.time, failure: event.failure };
    case 'job_finished':
      return { state: 'ok', endedAt: event.time };
    case 'job_cached':
      return { state: 'cached', endedAt: event.time };
    case 'job_cancelled':
      return { state: 'cancelled', endedAt: event.time };
    default:
      return null;
  }
}
