import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asciiText } from '../../src/commands/ascii-text.ts';
import { eventLine } from '../../src/commands/event-line.ts';
import { sweepLayout } from '../../src/dispatch/artifacts/layout.ts';
import { ERROR_TYPES, type Failure } from '../../src/dispatch/job/words.ts';
import type { Fact, SweepEvent } from '../../src/dispatch/journal/events.ts';
import type { Outcome } from '../../src/dispatch/journal/outcome.ts';
import { failed, jobOf } from '../screens/errors/failed-sweep.ts';
import { sweepOf } from '../screens/screen-context.ts';

const files = sweepLayout('/study/sweeps', '1123-1102-full');
const sweep = sweepOf([
  ...Array.from({ length: 8 }, (_, seed) => jobOf('small', seed, 'hmc')),
  jobOf('medium', 1, 'sgld'),
  ...Array.from({ length: 111 }, (_, seed) => jobOf('large', seed, 'hmc', { state: 'planned' })),
  jobOf('medium', 2, 'hmc', { ...failed('oom', ''), state: 'running' }),
]);

const OUTCOME: Outcome = {
  llcMean: 32.21,
  llcSe: 0.8,
  ess: 400,
  rhat: 1,
  tSampling: 1,
  workGrad: 1,
  wnvTime: 1,
  wnvFde: 1,
  verdict: 'converged',
};
const of = (jobId: string, attempt = 1) => ({ jobId, attempt, owner: 'o' });
const failure: Failure = { stage: 'sampling', errorType: 'oom', error: 'Too much.', traceback: '' };

function lineOf(fact: Fact, hour: number, minute: number, second: number): string | null {
  const time = new Date(2026, 10, 23, hour, minute, second).getTime();
  return eventLine({ v: 2, time, epoch: 1, seq: 1, ...fact } as SweepEvent, files, sweep);
}

describe('one line an event', () => {
  test('a result', () => {
    const fact: Fact = {
      kind: 'job_finished',
      ...of('medium-sgld-1'),
      outcome: OUTCOME,
      durationS: 4,
      usage: null,
    };
    expect(lineOf(fact, 11, 31, 2)).toBe(
      '2026-11-23T11:31:02 ok medium/s1/sgld llc=32.2 se=0.8 verdict=converged done=9/121',
    );
  });

  test('another attempt', () => {
    const fact: Fact = {
      kind: 'attempt_failed',
      ...of('medium-hmc-2'),
      failure,
      retryAt: new Date(2026, 10, 23, 12, 47, 41).getTime(),
      usage: null,
    };
    expect(lineOf(fact, 12, 47, 31)).toBe(
      '2026-11-23T12:47:31 retrying medium/s2/hmc attempt=2 reason=OOM',
    );
  });

  test('an error, with its log and what to do next', () => {
    const fact: Fact = {
      kind: 'job_failed',
      ...of('medium-hmc-2', 2),
      failure: {
        ...failure,
        log: '/study/sweeps/1123-1102-full/jobs/medium-hmc-2/attempt-2/stderr.log',
      },
      durationS: 4,
      usage: null,
    };
    expect(lineOf(fact, 13, 29, 5)).toBe(
      '2026-11-23T13:29:05 error medium/s2/hmc type=OOM attempts=2 log=sweeps/1123-1102-full/jobs/medium-hmc-2/attempt-2/stderr.log next="llc retry, more --mem-gb"',
    );
  });

  test('why a job waits is quiet', () => {
    expect(
      lineOf({ kind: 'job_waiting', ...of('medium-hmc-2'), reason: 'Priority' }, 1, 1, 1),
    ).toBe(null);
  });

  test('a supervisor that died, and what became of its jobs', () => {
    const died = { host: 'login2', pid: 48120, lastWord: new Date(2026, 10, 23, 14, 29).getTime() };
    expect(lineOf({ kind: 'dispatcher_started', host: 'login2', pid: 5, died }, 14, 32, 0)).toBe(
      '2026-11-23T14:32:00 supervisor-died pid=48120 host=login2 last=2026-11-23T14:29:00 now=login2:5',
    );
    expect(
      lineOf(
        { kind: 'sweep_recovered', adopted: 3, finished: 1, requeued: 2, failed: 0 },
        14,
        32,
        1,
      ),
    ).toBe('2026-11-23T14:32:01 recovered running=3 finished=1 requeued=2 failed=0 lost=0');
  });

  test('is one line of ASCII, whatever names and messages hold', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, fc.constantFrom(...ERROR_TYPES), (problem, error, errorType) => {
        const job = jobOf(problem, 1, 'hmc');
        const time = Date.UTC(2026, 10, 23);
        const line = eventLine(
          {
            v: 2,
            time,
            epoch: 1,
            seq: 1,
            kind: 'job_failed',
            ...of(job.jobId),
            failure: { ...failure, errorType, error },
            durationS: 1,
            usage: null,
          },
          files,
          sweepOf([job]),
        );
        expect(line).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });
});

test('our own signs have an ASCII form, others are written as code points', () => {
  expect(asciiText('12.4 ±0.3 ×2 … Ångström 模')).toBe('12.4 +-0.3 x2 ... Angstrom \\u6a21');
});
