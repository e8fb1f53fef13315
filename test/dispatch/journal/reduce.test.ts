import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JOB_STATES, TERMINAL_STATES } from '../../../src/dispatch/job/words.ts';
import type { Fact, SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { reduce } from '../../../src/dispatch/journal/reduce.ts';
import { replay } from '../../../src/dispatch/journal/replay.ts';
import { countsByState } from '../../../src/dispatch/journal/selectors.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { anyFact, anyJournal, anyWish, stamped } from './arbitrary-events.ts';

const PLAN: Fact = {
  kind: 'sweep_planned',
  sweepId: 's',
  token: 't',
  backend: 'local',
  gpuMode: 'off',
  runsDir: 'runs',
  resources: RESOURCES,
  jobs: ['a', 'b'].map(plannedJob),
};
const A1 = { jobId: 'a', attempt: 1, owner: 'o1' } as const;
const A2 = { jobId: 'a', attempt: 2, owner: 'o2' } as const;
const CRASH = { stage: 'sampling', errorType: 'crash', error: 'e', traceback: '' } as const;
const OUTCOME = {
  llcMean: 1.5,
  llcSe: 0.1,
  ess: 100,
  rhat: 1,
  tSampling: 1,
  workGrad: 1,
  wnvTime: 1,
  wnvFde: 1,
  verdict: 'converged',
} as const;
const FINISHED = {
  kind: 'job_finished',
  outcome: OUTCOME,
  durationS: 3,
  usage: { seconds: 3, cpuHours: null, gpuHours: null, cost: 0.5 },
} as const;

describe('the fold over a journal', () => {
  test('follows a job through a failed attempt to its result and adds the costs up', () => {
    const sweep = replay(
      stamped([
        PLAN,
        { kind: 'attempt_opened', ...A1 },
        { kind: 'job_running', ...A1, on: 'here', since: 2000 },
        { kind: 'attempt_failed', ...A1, failure: CRASH, retryAt: 9, usage: FINISHED.usage },
        { kind: 'attempt_opened', ...A2 },
        { kind: 'job_running', ...A2, on: 'here', since: 5000 },
        { ...FINISHED, ...A2 },
      ]),
    );
    expect(sweep.jobs.get('a')).toMatchObject({
      state: 'ok',
      attempt: 2,
      failures: 1,
      outcome: OUTCOME,
      durationS: 3,
      cost: 1,
      startedAt: 5000,
      endedAt: 6000,
    });
    expect(countsByState(sweep)).toMatchObject({ ok: 1, planned: 1, running: 0 });
  });

  test('is deaf to an attempt that is not the newest, to a stranger and to an older epoch', () => {
    const sweep = replay(
      stamped([
        PLAN,
        { kind: 'attempt_opened', ...A1 },
        { kind: 'attempt_failed', ...A1, failure: CRASH, retryAt: 9, usage: null },
        { kind: 'attempt_opened', ...A2 },
      ]),
    );
    const before = structuredClone(sweep.jobs);
    for (const event of stamped([{ ...FINISHED, ...A1 }], 1, 10)) reduce(sweep, event);
    for (const event of stamped([{ ...FINISHED, ...A2, owner: 'o1' }], 1, 11)) reduce(sweep, event);
    for (const event of stamped([{ ...FINISHED, ...A2 }], 0, 99)) reduce(sweep, event);
    expect(sweep.jobs).toEqual(before);
    for (const event of stamped([{ ...FINISHED, ...A2 }], 2, 1)) reduce(sweep, event);
    expect(sweep.jobs.get('a')?.state).toBe('ok');
  });

  test('lets a hold fall back to where the job was, and a requeued job count its failures afresh', () => {
    const failed = [
      PLAN,
      { kind: 'attempt_opened', ...A1 },
      { kind: 'job_failed', ...A1, failure: CRASH, durationS: 1, usage: null },
    ] as const;
    const held = {
      kind: 'job_held',
      jobId: 'a',
      attempt: 1,
      until: 5,
      resources: { memoryGb: 9 },
      noSkip: true,
    } as const;
    const undone = { kind: 'job_hold_undone', jobId: 'a', attempt: 1 } as const;
    expect(replay(stamped([...failed, held])).jobs.get('a')?.state).toBe('held');
    expect(replay(stamped([...failed, held, undone])).jobs.get('a')).toMatchObject({
      state: 'error',
      failure: CRASH,
    });
    const asked = { ...held, kind: 'job_requeued' } as const;
    expect(replay(stamped([...failed, asked])).jobs.get('a')).toMatchObject({
      state: 'planned',
      attempt: 1,
      failures: 0,
      failure: null,
      resources: { memoryGb: 9 },
      noSkip: true,
    });
    const stale = { ...asked, attempt: 0 } as const;
    expect(replay(stamped([...failed, stale])).jobs.get('a')?.state).toBe('error');
  });

  test('gives every job not yet started the refusal of preflight, and lets a retry ask again', () => {
    const refused = {
      kind: 'preflight_refused',
      failure: { ...CRASH, stage: 'preflight', errorType: 'billing' },
      hint: 'top up',
    } as const;
    const sweep = replay(stamped([PLAN, refused]));
    expect([...sweep.jobs.values()].map(({ state }) => state)).toEqual(['error', 'error']);
    const requeued = {
      kind: 'job_requeued',
      jobId: 'a',
      attempt: 0,
      resources: {},
      noSkip: false,
    } as const;
    expect(replay(stamped([PLAN, refused, requeued])).preflight).toBe('pending');
  });

  test('heard twice is heard once', () => {
    fc.assert(
      fc.property(anyJournal(fc.oneof(anyFact, anyWish)), (events) => {
        expect(replay([...events, ...events])).toEqual(replay(events));
      }),
    );
  });

  test('an ended job stays as it is, whatever is heard late, unless a person asks', () => {
    fc.assert(
      fc.property(anyJournal(anyFact), (events) => {
        const sweep = replay([]);
        const ended = new Map<string, unknown>();
        for (const event of events) {
          reduce(sweep, event);
          for (const job of sweep.jobs.values())
            if (ended.has(job.jobId)) expect(job).toEqual(ended.get(job.jobId));
            else if (TERMINAL_STATES.has(job.state)) ended.set(job.jobId, job);
        }
      }),
    );
  });

  test('any order of any events leaves each job in one state, and the counts right', () => {
    const shuffled = anyJournal(fc.oneof(anyFact, anyWish)).chain((events) =>
      fc.shuffledSubarray(events, { minLength: events.length }),
    );
    fc.assert(
      fc.property(shuffled, (events: SweepEvent[]) => {
        const sweep = replay(events);
        for (const state of JOB_STATES)
          for (const jobId of sweep.byState[state])
            expect(sweep.jobs.get(jobId)?.state).toBe(state);
        const counted = Object.values(countsByState(sweep)).reduce((sum, n) => sum + n, 0);
        expect(counted).toBe(sweep.jobs.size);
      }),
    );
  });
});
