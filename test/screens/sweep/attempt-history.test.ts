import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Fact, isLive, type SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { reduce } from '../../../src/dispatch/journal/reduce.ts';
import { emptySweep } from '../../../src/dispatch/journal/sweep-state.ts';
import { type AttemptSeen, addToHistory } from '../../../src/screens/sweep/attempt-history.ts';
import { anyFact, anyJournal, anyWish, stamped } from '../../dispatch/journal/arbitrary-events.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';

function historyOf(events: readonly SweepEvent[]): Map<string, readonly AttemptSeen[]> {
  const history = new Map<string, readonly AttemptSeen[]>();
  for (const event of events) addToHistory(history, event);
  return history;
}

const plan: Fact = {
  kind: 'sweep_planned',
  sweepId: 's',
  token: 't',
  backend: 'fake',
  gpuMode: 'off',
  runsDir: 'runs',
  resources: RESOURCES,
  jobs: [plannedJob('a')],
};
const of = (attempt: number) => ({ jobId: 'a', attempt, owner: `o${attempt}` });
const handle = (attempt: number, id: string) => ({ ...of(attempt), id, data: {} });
const oom = { stage: 'sampling', errorType: 'oom', error: 'Too little.', traceback: '' } as const;

test('every attempt keeps its times, its place, its handle and why it ended', () => {
  const history = historyOf(
    stamped([
      plan,
      { kind: 'attempt_opened', ...of(1) },
      { kind: 'job_submitted', ...of(1), handle: handle(1, '42_1') },
      { kind: 'job_running', ...of(1), on: 'gpu-03', since: 2500 },
      { kind: 'attempt_failed', ...of(1), failure: oom, retryAt: 9000, usage: null },
      { kind: 'attempt_opened', ...of(2) },
      { kind: 'job_submitted', ...of(2), handle: handle(2, '42_2') },
    ]),
  );
  expect(history.get('a')).toEqual([
    {
      attempt: 1,
      state: 'error',
      openedAt: 1000,
      startedAt: 2500,
      endedAt: 4000,
      on: 'gpu-03',
      handle: '42_1',
      failure: oom,
    },
    {
      attempt: 2,
      state: 'open',
      openedAt: 5000,
      startedAt: null,
      endedAt: null,
      on: '',
      handle: '42_2',
      failure: null,
    },
  ]);
});

test('a retry that a person asks for leaves what the attempt before had come to', () => {
  const history = historyOf(
    stamped([
      plan,
      { kind: 'attempt_opened', ...of(1) },
      { kind: 'job_failed', ...of(1), failure: oom, durationS: 1, usage: null },
      { kind: 'job_requeued', jobId: 'a', attempt: 1, resources: {}, noSkip: false },
      { kind: 'job_cancelled', ...of(1), usage: null },
    ]),
  );
  expect(history.get('a')?.map(({ state, failure }) => [state, failure])).toEqual([['error', oom]]);
});

test('an event of a dispatcher that has been replaced is not heard', () => {
  const opened = stamped([plan, { kind: 'attempt_opened', ...of(1) }]);
  const [taken] = stamped(
    [{ kind: 'dispatcher_started', host: 'h', pid: 2, died: null }],
    2,
    opened.length + 1,
  );
  const [late] = stamped(
    [{ kind: 'job_failed', ...of(1), failure: oom, durationS: 1, usage: null }],
    1,
    opened.length + 1,
  );
  const history = historyOf([...opened, taken as SweepEvent, late as SweepEvent]);
  expect(history.get('a')?.at(-1)?.state).toBe('open');
});

test('the newest attempt of each job agrees with what reduce makes of any journal', () => {
  fc.assert(
    fc.property(anyJournal(fc.oneof(anyFact, anyWish)), (events) => {
      const sweep = events.reduce(reduce, emptySweep());
      const history = historyOf(events);
      for (const job of sweep.jobs.values()) {
        const attempts = history.get(job.jobId) ?? [];
        const newest = attempts.at(-1);
        expect(newest?.attempt ?? 0).toBe(job.attempt);
        const numbers = attempts.map(({ attempt }) => attempt);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        for (const { state } of attempts.slice(0, -1)) expect(state).not.toBe('open');
        if (newest === undefined) continue;
        expect(newest.startedAt).toBe(job.startedAt);
        expect(newest.handle).toBe(job.handle?.id ?? '');
        expect(newest.openedAt).toBe(job.openedAt);
        expect(newest.state === 'open').toBe(isLive(job.state));
      }
    }),
  );
});
