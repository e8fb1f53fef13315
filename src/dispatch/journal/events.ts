import type { JobHandle, Usage } from '../backend.ts';
import { LlcError } from '../errors.ts';
import type { Resources } from '../job/job-spec.ts';
import type { Failure, JobState } from '../job/words.ts';
import type { OrderAction, OrderAnswer } from '../orders/order.ts';
import type { Outcome } from './outcome.ts';

/** Grows when an older program would misread a newer journal. */
export const JOURNAL_VERSION = 2;

/** What tables and screens say of a job before it has run. */
export interface PlannedJob {
  readonly jobId: string;
  readonly problem: string;
  readonly sampler: string;
  readonly seed: number;
  readonly runId: string;
  readonly familyId: string;
  readonly targetParams: number | null;
  readonly depth: number;
  readonly activation: string;
}

/** Which attempt an event speaks of. News of any other attempt than the job's newest is not heard. */
interface OfAttempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly owner: string;
}

/** How an attempt without a run ended. */
interface End extends OfAttempt {
  readonly usage: Usage | null;
  /** It is not known whether the backend took the attempt: a retry hands over the same one. Default false. */
  readonly unanswered?: boolean;
}

/** What has happened, in the past tense. Progress is not here: it is `live.json`. */
export type Fact =
  | {
      readonly kind: 'sweep_planned';
      readonly sweepId: string;
      /** Random; owners and jitter derive from it, so that deciding stays a pure function. */
      readonly token: string;
      readonly backend: string;
      readonly gpuMode: string;
      /** As the user gave it; tables name runs by it. */
      readonly runsDir: string;
      readonly resources: Resources;
      readonly jobs: readonly PlannedJob[];
    }
  /** A process took the journal over: its epoch is the event's. */
  | {
      readonly kind: 'dispatcher_started';
      readonly host: string;
      readonly pid: number;
      /** The one before that ended without a word, and when it was last known to live; null after an orderly end. */
      readonly died: DeadDispatcher | null;
    }
  /** It leaves the sweep as it is: jobs go on, a later one takes over. */
  | { readonly kind: 'dispatcher_stopped'; readonly why: string }
  /** All attempts that lived when the one before died have been found again or are known to have ended. */
  | ({ readonly kind: 'sweep_recovered' } & Recovered)
  | { readonly kind: 'preflight_passed'; readonly notes: readonly string[] }
  /** Every job not yet started failed with it. */
  | { readonly kind: 'preflight_refused'; readonly failure: Failure; readonly hint: string }
  /** The place of a sweep that was accepted before does not answer now; it is asked again at `until`. */
  | { readonly kind: 'preflight_deferred'; readonly failure: Failure; readonly until: number }
  /** Decided and about to be handed to the backend: written before, so that no attempt is ever unknown. */
  | ({ readonly kind: 'attempt_opened' } & OfAttempt)
  | ({ readonly kind: 'job_submitted'; readonly handle: JobHandle } & OfAttempt)
  /** The backend could not be asked; the same attempt is handed over again at `until`. */
  | ({
      readonly kind: 'submission_deferred';
      readonly failure: Failure;
      readonly until: number;
      /** It certainly was not taken, for want of room: no trouble, so it is not counted. Default false. */
      readonly full?: boolean;
    } & OfAttempt)
  | ({ readonly kind: 'job_waiting'; readonly reason: string } & OfAttempt)
  | ({ readonly kind: 'job_starting'; readonly on: string; readonly since: number } & OfAttempt)
  | ({ readonly kind: 'job_running'; readonly on: string; readonly since: number } & OfAttempt)
  | ({ readonly kind: 'job_collecting' } & OfAttempt)
  /** A clock ran out: the attempt is being ended and will count as failed so. */
  | ({ readonly kind: 'attempt_given_up'; readonly failure: Failure } & OfAttempt)
  /** The attempt failed and another is due at `retryAt`. */
  | ({
      readonly kind: 'attempt_failed';
      readonly failure: Failure;
      readonly retryAt: number;
      readonly usage: Usage | null;
    } & OfAttempt)
  /** The attempt failed and was the last. */
  | ({
      readonly kind: 'job_failed';
      readonly failure: Failure;
      readonly durationS: number | null;
    } & End)
  | ({
      readonly kind: 'job_finished';
      readonly outcome: Outcome;
      readonly durationS: number;
      readonly usage: Usage | null;
    } & OfAttempt)
  /** The run existed: found before an attempt (`attempt` 0, no owner) or by the worker. */
  | ({ readonly kind: 'job_cached'; readonly outcome: Outcome } & OfAttempt)
  | ({ readonly kind: 'job_cancel_requested'; readonly by: string } & OfAttempt)
  | ({ readonly kind: 'job_cancelled' } & End)
  /** A retry was asked for that can be undone until then. */
  | {
      readonly kind: 'job_held';
      readonly jobId: string;
      readonly attempt: number;
      readonly until: number;
      readonly resources: Partial<Resources>;
      readonly noSkip: boolean;
    }
  | { readonly kind: 'job_hold_undone'; readonly jobId: string; readonly attempt: number }
  /** An ended job stands in the queue again, with its retries counted afresh. */
  | {
      readonly kind: 'job_requeued';
      readonly jobId: string;
      readonly attempt: number;
      readonly resources: Partial<Resources>;
      readonly noSkip: boolean;
    }
  /** A finished run is to be brought from the backend's storage; it can be undone until then. */
  | { readonly kind: 'pull_held'; readonly jobId: string; readonly until: number }
  | { readonly kind: 'pull_undone'; readonly jobId: string }
  | { readonly kind: 'pull_begun'; readonly jobId: string }
  | { readonly kind: 'pull_ended'; readonly jobId: string; readonly failure: Failure | null }
  /** What became of a person's order. */
  | ({
      readonly kind: 'order_answered';
      readonly order: string;
      readonly by: string;
      readonly action: OrderAction;
    } & OrderAnswer)
  /** Nothing new is submitted: every job would fail the same way. */
  | { readonly kind: 'sweep_paused'; readonly failure: Failure }
  | { readonly kind: 'sweep_resumed' }
  | { readonly kind: 'sweep_ended'; readonly outcome: SweepOutcome };

export interface DeadDispatcher {
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly lastWord: number;
}

/** What had become of the attempts that lived when a dispatcher died. */
export interface Recovered {
  /** Still alive. */
  readonly adopted: number;
  readonly finished: number;
  /** Handed over again, or to be tried again. */
  readonly requeued: number;
  /** Gone, and not tried again. */
  readonly failed: number;
}

/** Refused and paused sweeps have jobs left that a later dispatcher can go on with. */
export type SweepOutcome = 'complete' | 'refused' | 'paused';

export interface Stamp {
  readonly v: typeof JOURNAL_VERSION;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Grows with each process that takes the journal over. */
  readonly epoch: number;
  /** Grows by one with each event. */
  readonly seq: number;
}
export type SweepEvent = Stamp & Fact;
export type EventKind = Fact['kind'];

const KINDS = {
  sweep_planned: true,
  dispatcher_started: true,
  dispatcher_stopped: true,
  sweep_recovered: true,
  preflight_passed: true,
  preflight_refused: true,
  preflight_deferred: true,
  attempt_opened: true,
  job_submitted: true,
  submission_deferred: true,
  job_waiting: true,
  job_starting: true,
  job_running: true,
  job_collecting: true,
  attempt_given_up: true,
  attempt_failed: true,
  job_failed: true,
  job_finished: true,
  job_cached: true,
  job_cancel_requested: true,
  job_cancelled: true,
  job_held: true,
  job_hold_undone: true,
  job_requeued: true,
  pull_held: true,
  pull_undone: true,
  pull_begun: true,
  pull_ended: true,
  order_answered: true,
  sweep_paused: true,
  sweep_resumed: true,
  sweep_ended: true,
} as const satisfies Record<EventKind, true>;

/** Events after which a crash must not take the news back. */
export const WEIGHTY: ReadonlySet<EventKind> = new Set<EventKind>([
  'sweep_planned',
  'dispatcher_started',
  'preflight_refused',
  'attempt_opened',
  'job_submitted',
  'attempt_failed',
  'job_failed',
  'job_finished',
  'job_cached',
  'job_cancel_requested',
  'job_cancelled',
  'job_requeued',
  'order_answered',
  'sweep_paused',
  'sweep_ended',
]);

/** States in which an attempt lives, as far as the dispatcher knows. */
export const LIVE_STATES = ['submitted', 'waiting', 'starting', 'running', 'collecting'] as const;
const LIVE: ReadonlySet<JobState> = new Set(LIVE_STATES);
export function isLive(state: JobState): boolean {
  return LIVE.has(state);
}

/** One line of the journal, its line end included. */
export function encodeEvent(event: SweepEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * Reads one line of a journal.
 *
 * @returns null where the line is no event at all (torn or damaged)
 * @throws LlcError 78 where a newer program wrote it
 */
export function decodeEvent(line: string): SweepEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const event = value as Partial<SweepEvent>;
  if (typeof event.v !== 'number') return null;
  if (event.v !== JOURNAL_VERSION)
    throw new LlcError(
      78,
      `This sweep's journal has version ${event.v}; this program reads version ${JOURNAL_VERSION}.`,
      'Use the version of llc that wrote it, or start a new sweep.',
    );
  if (
    typeof event.time !== 'number' ||
    typeof event.epoch !== 'number' ||
    typeof event.seq !== 'number' ||
    typeof event.kind !== 'string'
  )
    return null;
  if (!Object.hasOwn(KINDS, event.kind))
    throw new LlcError(
      78,
      `This sweep's journal holds an event that this program does not know: ${event.kind}.`,
      'Use the version of llc that wrote it, or start a new sweep.',
    );
  return event as SweepEvent;
}
