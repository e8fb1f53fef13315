import type { JobHandle } from '../backend.ts';
import type { Resources } from '../job/job-spec.ts';
import { type Failure, JOB_STATES, type JobState } from '../job/words.ts';
import type { OrderAnswer } from '../orders/order.ts';
import type { PlannedJob, SweepOutcome } from './events.ts';
import type { Outcome } from './outcome.ts';

/** What the journal says of one job. A record is replaced when something happens, never changed. */
export interface JobRecord extends PlannedJob {
  readonly state: JobState;
  /** The newest attempt, counted from 1 over all retries; 0 before the first. */
  readonly attempt: number;
  /** The newest attempt's token; empty before the first. */
  readonly owner: string;
  /** Null until the backend has accepted the newest attempt. */
  readonly handle: JobHandle | null;
  /** Why it waits, or on which machine it is. */
  readonly detail: string;
  /** What a person changed for this job alone. */
  readonly resources: Partial<Resources>;
  readonly noSkip: boolean;
  /** Attempts failed since a person last asked for the job. */
  readonly failures: number;
  /** Times the newest attempt could not be handed over. */
  readonly deferrals: number;
  /** It is not known whether the backend ever took the newest attempt. */
  readonly unanswered: boolean;
  /** Milliseconds since 1970; null where it has not happened. */
  readonly openedAt: number | null;
  /** When the backend accepted the newest attempt. */
  readonly submittedAt: number | null;
  /** Since when it waits to be started: since then, or since the place has put it back into its queue. */
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** The next attempt, the next hand-over or the end of a hold is due then. */
  readonly dueAt: number | null;
  /** Of the last failed attempt. */
  readonly failure: Failure | null;
  /** A clock ran out: what the attempt will have failed of once it has ended. */
  readonly givenUp: Failure | null;
  readonly cancelling: boolean;
  readonly outcome: Outcome | null;
  /** Of the last ended attempt, seconds. */
  readonly durationS: number | null;
  /** Over all attempts, US dollars; null where nothing is known. */
  readonly cost: number | null;
  /** A retry that can still be undone, and the state to fall back to. */
  readonly hold: {
    readonly from: JobState;
    readonly resources: Partial<Resources>;
    readonly noSkip: boolean;
  } | null;
  /** Its run is being brought here, or will be at `dueAt`; null where nobody asked. */
  readonly pull: { readonly dueAt: number | null } | null;
  /** Why the last pull brought nothing. */
  readonly pullFailure: Failure | null;
}

/** The process that writes, or wrote last. */
export interface Dispatcher {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: number;
  /** It has left in order: stopped, or the sweep had ended. */
  readonly hasLeft: boolean;
}

/**
 * The fold over a journal. `reduce` owns it and changes it in place, since copying 10,000 jobs for each of
 * 50,000 events would take replay from a fraction of a second to a minute; all others only read.
 */
export interface SweepState {
  /** Empty before the sweep is planned. */
  readonly sweepId: string;
  readonly token: string;
  readonly backend: string;
  readonly gpuMode: string;
  readonly runsDir: string;
  readonly resources: Resources;
  /** The newest event heard. */
  readonly epoch: number;
  readonly seq: number;
  /** Null before the first. */
  readonly dispatcher: Dispatcher | null;
  readonly preflight: 'pending' | 'passed' | 'refused';
  /** The place has accepted this sweep once. */
  readonly accepted: boolean;
  /** When preflight may be asked again. */
  readonly preflightDueAt: number | null;
  readonly refusal: { readonly failure: Failure; readonly hint: string } | null;
  readonly paused: Failure | null;
  readonly ended: SweepOutcome | null;
  readonly plannedAt: number | null;
  readonly endedAt: number | null;
  /** In the plan's order. */
  readonly jobs: ReadonlyMap<string, JobRecord>;
  /** The same jobs by state, so that a tick need not look at all of them. */
  readonly byState: Readonly<Record<JobState, ReadonlySet<string>>>;
  /** Jobs whose run is asked for from the backend's storage. */
  readonly pulls: ReadonlySet<string>;
  /** What became of each order, by its id. */
  readonly orders: ReadonlyMap<string, OrderAnswer>;
}

export function emptySweep(): SweepState {
  return {
    sweepId: '',
    token: '',
    backend: '',
    gpuMode: 'off',
    runsDir: 'runs',
    resources: { cpus: 1, memoryGb: 1, timeoutMin: 1, gpuMode: 'off', gpuTypes: [] },
    epoch: 0,
    seq: 0,
    dispatcher: null,
    preflight: 'pending',
    accepted: false,
    preflightDueAt: null,
    refusal: null,
    paused: null,
    ended: null,
    plannedAt: null,
    endedAt: null,
    jobs: new Map(),
    byState: Object.fromEntries(
      JOB_STATES.map((state): [JobState, Set<string>] => [state, new Set()]),
    ) as unknown as SweepState['byState'],
    pulls: new Set(),
    orders: new Map(),
  };
}

/** A job of the plan before anything has happened to it. */
export function plannedRecord(job: PlannedJob): JobRecord {
  return {
    ...job,
    state: 'planned',
    attempt: 0,
    owner: '',
    handle: null,
    detail: '',
    resources: {},
    noSkip: false,
    failures: 0,
    deferrals: 0,
    unanswered: false,
    openedAt: null,
    submittedAt: null,
    queuedAt: null,
    startedAt: null,
    endedAt: null,
    dueAt: null,
    failure: null,
    givenUp: null,
    cancelling: false,
    outcome: null,
    durationS: null,
    cost: null,
    hold: null,
    pull: null,
    pullFailure: null,
  };
}

/** The number of the attempt that would come next: the same again where nobody knows whether it was taken. */
export function nextAttempt({ attempt, unanswered }: JobRecord): number {
  return unanswered ? attempt : attempt + 1;
}
