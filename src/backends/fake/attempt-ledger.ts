import type { Attempt, JobHandle } from '../../dispatch/backend.ts';
import { endsAt, type TakenAttempt } from './attempt-course.ts';
import type { AttemptScript } from './scenario.ts';
import type { Placement } from './site.ts';
import { startReady } from './start-ready.ts';

/** What tells one attempt from any other. */
export type Identity = Pick<JobHandle, 'jobId' | 'attempt' | 'owner'>;

/** All attempts that a place has ever taken. */
export interface AttemptLedger {
  /** Brings everything to the present: what was to start or end by now has done so. */
  settle(): void;
  /** Takes an attempt that it has not taken before. */
  take(attempt: Attempt, placement: Placement): JobHandle;
  /** The attempt of exactly this job, number and owner. */
  find(which: Identity): TakenAttempt | null;
  newestOf(jobId: string): TakenAttempt | null;
  all(): readonly TakenAttempt[];
  /** Those that have not ended. */
  live(): readonly TakenAttempt[];
  /** Ends an attempt now, if it lives. */
  cutShort(attempt: TakenAttempt, end: NonNullable<TakenAttempt['cutShort']>['end']): void;
  /** The most that lived at once. */
  mostAlive(): number;
  /** Attempts taken, by job. */
  started(): ReadonlyMap<string, number>;
}

export interface LedgerOptions {
  readonly now: () => number;
  readonly slots: number;
  readonly scriptOf: (which: Identity) => AttemptScript;
  readonly onEnd: (attempt: TakenAttempt) => void;
  readonly onChange: () => void;
}

const NODES = 4;

export function attemptLedger(options: LedgerOptions): AttemptLedger {
  const { now, slots, scriptOf, onEnd, onChange } = options;
  const byIdentity = new Map<string, TakenAttempt>();
  const newest = new Map<string, TakenAttempt>();
  const started = new Map<string, number>();
  let mostAlive = 0;
  let live: TakenAttempt[] = [];
  let settledAt = Number.NEGATIVE_INFINITY;
  let touched = false;

  const settle = () => {
    const at = now();
    if (at === settledAt && !touched) return;
    settledAt = at;
    touched = false;
    startReady(live, slots, at);
    const ended = live.filter((attempt) => endsAt(attempt) <= at);
    if (ended.length === 0) return;
    live = live.filter((attempt) => endsAt(attempt) > at);
    ended.forEach(onEnd);
    onChange();
  };
  const changes = () => {
    touched = true;
    onChange();
  };

  return {
    settle,
    take(attempt, placement) {
      const { job, resources, owner } = attempt;
      const which = { jobId: job.jobId, attempt: attempt.attempt, owner };
      const number = byIdentity.size + 1;
      const node = `${placement.partition}-${1 + (number % NODES)}`;
      const handle: JobHandle = { ...which, id: `fake-${number}`, data: { number, node } };
      const beginning = { takenAt: now(), startedAt: null, cutShort: null };
      const script = scriptOf(which);
      const taken: TakenAttempt = { handle, job, resources, placement, script, ...beginning };
      byIdentity.set(keyOf(which), taken);
      newest.set(job.jobId, taken);
      started.set(job.jobId, (started.get(job.jobId) ?? 0) + 1);
      live.push(taken);
      mostAlive = Math.max(mostAlive, live.length);
      changes();
      return handle;
    },
    find: (which) => byIdentity.get(keyOf(which)) ?? null,
    newestOf: (jobId) => newest.get(jobId) ?? null,
    all() {
      settle();
      return [...byIdentity.values()];
    },
    live() {
      settle();
      return live;
    },
    cutShort(attempt, end) {
      const at = now();
      // What was to happen until now comes first; of what happens at the same time the order is as asked.
      if (at !== settledAt) settle();
      if (endsAt(attempt) <= at) return;
      attempt.cutShort = { at, end };
      changes();
    },
    mostAlive: () => mostAlive,
    started: () => started,
  };
}

function keyOf({ jobId, attempt, owner }: Identity): string {
  return JSON.stringify([jobId, attempt, owner]);
}
