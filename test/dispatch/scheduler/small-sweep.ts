import type { JobHandle, Observation } from '../../../src/dispatch/backend.ts';
import { type ClockLimits, DEFAULT_LIMITS } from '../../../src/dispatch/job/clock-limits.ts';
import type { JobResult } from '../../../src/dispatch/job/protocol.ts';
import type { ErrorType, Failure } from '../../../src/dispatch/job/words.ts';
import type { JobRecord } from '../../../src/dispatch/journal/sweep-state.ts';
import { emptySweep } from '../../../src/dispatch/journal/sweep-state.ts';
import type { Order, OrderAction } from '../../../src/dispatch/orders/order.ts';
import { DEFAULT_RETRIES, type Policy } from '../../../src/dispatch/scheduler/policy.ts';
import {
  advance,
  record,
  type Scheduler,
  schedulerOf,
} from '../../../src/dispatch/scheduler/scheduler.ts';
import type { AttemptRef, Command, Stimulus } from '../../../src/dispatch/scheduler/stimulus.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';

/** A sweep of jobs called by these names, before its first tick. */
export function smallSweep(jobIds: readonly string[], policy: Partial<Policy> = {}): Scheduler {
  const scheduler = schedulerOf(emptySweep(), {
    retries: DEFAULT_RETRIES,
    limits: DEFAULT_LIMITS,
    maxConcurrent: 2,
    keepsRuns: true,
    ...policy,
  });
  record(
    scheduler,
    [
      {
        kind: 'sweep_planned',
        sweepId: 's',
        token: 'token',
        backend: 'fake',
        gpuMode: 'off',
        runsDir: 'runs',
        resources: RESOURCES,
        jobs: jobIds.map(plannedJob),
      },
    ],
    0,
  );
  return scheduler;
}

/** The same after preflight. */
export function readySweep(jobIds: readonly string[], policy: Partial<Policy> = {}): Scheduler {
  const scheduler = smallSweep(jobIds, policy);
  advance(scheduler, { kind: 'preflight', at: 0, result: { ok: true, notes: [] } });
  return scheduler;
}

export function limits(some: Partial<ClockLimits>): Partial<Policy> {
  return { limits: { ...DEFAULT_LIMITS, ...some } };
}

/** A stimulus in, the kinds of facts and the commands out. */
export function respond(scheduler: Scheduler, stimulus: Stimulus): [string[], readonly Command[]] {
  const [events, commands] = advance(scheduler, stimulus);
  return [
    events.map((event) => ('jobId' in event ? `${event.kind} ${event.jobId}` : event.kind)),
    commands,
  ];
}

/** Ticks and accepts whatever is handed over. */
export function tickAndAccept(scheduler: Scheduler, at: number): AttemptRef[] {
  const [, commands] = advance(scheduler, { kind: 'tick', at });
  const attempts = commands.flatMap((command) =>
    command.kind === 'submit' ? command.attempts : [],
  );
  advance(scheduler, {
    kind: 'submitted',
    at,
    answers: attempts.map((attempt) => ({
      attempt,
      answer: { kind: 'submitted', handle: handleOf(attempt) },
    })),
  });
  return attempts;
}

export function handleOf({ jobId, attempt, owner }: AttemptRef): JobHandle {
  return { jobId, attempt, owner, id: `${jobId}/${attempt}`, data: {} };
}

export function jobOf(scheduler: Scheduler, jobId: string): JobRecord {
  return scheduler.sweep.jobs.get(jobId) as JobRecord;
}

let orders = 0;

/** A person's order; jobs are named as they stand now, or `jobId/attempt` as they were seen. */
export function asked(
  scheduler: Scheduler,
  action: OrderAction,
  jobs: readonly string[] | null,
  at: number,
  more: Partial<Order> = {},
): Extract<Stimulus, { kind: 'order' }> {
  const seen = (name: string) => {
    const [jobId = '', attempt] = name.split('/');
    return { jobId, attempt: Number(attempt ?? scheduler.sweep.jobs.get(jobId)?.attempt ?? 0) };
  };
  const order: Order = {
    id: `order-${++orders}`,
    by: 'ana@here',
    action,
    jobs: jobs?.map(seen) ?? null,
    resources: {},
    noSkip: false,
    holdMs: 0,
    ...more,
  };
  return { kind: 'order', at, order };
}

/** A sighting of a job's newest attempt. */
export function sighting(
  scheduler: Scheduler,
  jobId: string,
  observation: Observation,
  at: number,
) {
  const handle = handleOf(jobOf(scheduler, jobId));
  return { kind: 'observed', at, sightings: [{ handle, observation, usage: null }] } as const;
}

export function running(beat: number | null, owner: string): Observation {
  return {
    kind: 'running',
    on: 'here',
    progress:
      beat === null
        ? null
        : {
            owner,
            beat,
            stage: 'sampling',
            done: beat,
            total: 100,
            llc: null,
            llcSe: null,
            rhat: null,
            ess: null,
            llcByChain: [],
          },
  };
}

export function failedWith(errorType: ErrorType, error = 'text', more: Partial<Failure> = {}) {
  const failure: Failure = { stage: 'sampling', errorType, error, traceback: '', ...more };
  return { kind: 'failed', failure } as const;
}

export function okResult({ owner, attempt }: AttemptRef, cached = false): Observation {
  const result: JobResult = {
    status: 'ok',
    cached,
    run_id: 'r',
    run_dir: 'runs/r',
    family_id: 'f',
    duration_s: 2,
    owner,
    attempt,
    metrics: { hmc_llc_mean: 1.5 },
  };
  return { kind: 'ended', result };
}
