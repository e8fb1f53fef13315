import { describe, expect, test } from 'vitest';
import type { Observation } from '../../../src/dispatch/backend.ts';
import { ERROR_TYPES, type ErrorType } from '../../../src/dispatch/job/words.ts';
import { finishedJobs } from '../../../src/dispatch/journal/selectors.ts';
import type { Order, OrderAnswer } from '../../../src/dispatch/orders/order.ts';
import {
  advance,
  record,
  type Scheduler,
  schedulerOf,
} from '../../../src/dispatch/scheduler/scheduler.ts';
import {
  asked,
  failedWith,
  handleOf,
  jobOf,
  limits,
  okResult,
  readySweep,
  respond,
  running,
  sighting,
  smallSweep,
  tickAndAccept,
} from './small-sweep.ts';

const S = 1000;

describe('a sweep', () => {
  test('asks for preflight once before it starts anything', () => {
    const scheduler = smallSweep(['a', 'b']);
    expect(respond(scheduler, { kind: 'tick', at: 0 })).toEqual([
      [],
      [{ kind: 'preflight', jobIds: ['a', 'b'] }],
    ]);
    expect(respond(scheduler, { kind: 'tick', at: 1 })).toEqual([[], []]);
  });

  test('ends refused, with nothing started, where preflight says no', () => {
    const scheduler = smallSweep(['a', 'b']);
    const { failure } = failedWith('billing', 'likely out of funds', { stage: 'preflight' });
    respond(scheduler, {
      kind: 'preflight',
      at: 0,
      result: { ok: false, failure, hint: 'top up' },
    });
    expect(respond(scheduler, { kind: 'tick', at: 1 })).toEqual([['sweep_ended'], []]);
    expect(scheduler.sweep).toMatchObject({ ended: 'refused', refusal: { hint: 'top up' } });
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'error', failure });

    // Another dispatcher that only writes the tables of one that died at the end.
    const next = schedulerOf(scheduler.sweep, scheduler.policy);
    record(next, [{ kind: 'dispatcher_started', host: 'here', pid: 2, died: null }], 2);
    expect(respond(next, { kind: 'tick', at: 3 })).toEqual([['sweep_ended'], []]);
    expect(next.sweep.ended).toBe('refused');
  });

  test('starts as many jobs as may run at once, in the order of the plan, and the next when one ends', () => {
    const scheduler = readySweep(['a', 'b', 'c']);
    expect(tickAndAccept(scheduler, 0).map(({ jobId }) => jobId)).toEqual(['a', 'b']);
    expect(tickAndAccept(scheduler, 1)).toEqual([]);
    advance(scheduler, sighting(scheduler, 'b', okResult(jobOf(scheduler, 'b')), 2));
    expect(tickAndAccept(scheduler, 3).map(({ jobId }) => jobId)).toEqual(['c']);
  });

  test('needs no attempt for a run that exists, and no preflight when all exist', () => {
    const scheduler = smallSweep(['a']);
    const { outcome } = { outcome: { ...NO_OUTCOME, llcMean: 2 } };
    const [facts] = respond(scheduler, { kind: 'found', at: 0, runs: [{ jobId: 'a', outcome }] });
    expect(facts).toEqual(['job_cached a']);
    expect(respond(scheduler, { kind: 'tick', at: 1 })).toEqual([['sweep_ended'], []]);
    expect(scheduler.sweep.ended).toBe('complete');
  });

  test.each([
    ['a schema mismatch', failedWith('schema')],
    ['an empty account', failedWith('billing')],
    ['a token that is not taken any more', failedWith('auth')],
    ['what the place says concerns all', failedWith('permission', 'text', { holdsSweep: true })],
  ])('pauses after %s instead of burning the queue', (_, end) => {
    const scheduler = readySweep(['a', 'b', 'c'], { maxConcurrent: 1 });
    tickAndAccept(scheduler, 0);
    const [facts] = respond(scheduler, sighting(scheduler, 'a', end, 1));
    expect(facts).toEqual(['job_failed a', 'sweep_paused']);
    expect(respond(scheduler, { kind: 'tick', at: 2 })).toEqual([['sweep_ended'], []]);
    expect(scheduler.sweep.ended).toBe('paused');
    respond(scheduler, asked(scheduler, 'retry', null, 3));
    expect(tickAndAccept(scheduler, 4).map(({ jobId }) => jobId)).toEqual(['b']);
  });
});

describe('a failed attempt', () => {
  const RETRIED: readonly ErrorType[] = [
    'stalled',
    'silent',
    'lost',
    'crash',
    'preempted',
    'node_failure',
    'throttled',
    'unavailable',
  ];
  test.each(ERROR_TYPES.map((type) => [type, RETRIED.includes(type)] as const))(
    'of %s is tried again: %s',
    (errorType, retried) => {
      const scheduler = readySweep(['a']);
      tickAndAccept(scheduler, 0);
      advance(scheduler, sighting(scheduler, 'a', failedWith(errorType), S));
      expect(jobOf(scheduler, 'a').state).toBe(retried ? 'retrying' : 'error');
    },
  );

  test('is tried again after 10, 20 and 40 seconds, a fifth more or less, and not a fourth time', () => {
    const scheduler = readySweep(['a']);
    let at = 0;
    for (const delay of [10, 20, 40]) {
      tickAndAccept(scheduler, at);
      advance(scheduler, sighting(scheduler, 'a', failedWith('preempted'), at));
      const { dueAt } = jobOf(scheduler, 'a');
      expect(dueAt! - at).toBeGreaterThanOrEqual(0.8 * delay * S);
      expect(dueAt! - at).toBeLessThanOrEqual(1.2 * delay * S);
      expect(tickAndAccept(scheduler, dueAt! - 1)).toEqual([]);
      at = dueAt!;
    }
    expect(tickAndAccept(scheduler, at)).toMatchObject([{ attempt: 4 }]);
    advance(scheduler, sighting(scheduler, 'a', failedWith('preempted'), at));
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'error', attempt: 4, failures: 4 });
  });

  test('with the same text twice is not tried a third time, whatever numbers are in it', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', failedWith('crash', 'at 0x7f of attempt-1'), 0));
    tickAndAccept(scheduler, 60 * S);
    advance(
      scheduler,
      sighting(scheduler, 'a', failedWith('crash', 'at 0x80 of attempt-2'), 61 * S),
    );
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'error', attempt: 2 });
  });

  test.each([
    ['another text', failedWith('crash', 'else')],
    ['another stage', failedWith('crash', 'text', { stage: 'setup' })],
    ['the same signal from outside', failedWith('crash', 'text', { fromOutside: true })],
  ])('twice in the same way but with %s is tried a third time', (_, second) => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', failedWith('crash'), 0));
    tickAndAccept(scheduler, 60 * S);
    advance(scheduler, sighting(scheduler, 'a', second, 61 * S));
    expect(jobOf(scheduler, 'a').state).toBe('retrying');
  });

  test('that is refused at submission counts as one', () => {
    const scheduler = readySweep(['a', 'b']);
    const [, commands] = respond(scheduler, { kind: 'tick', at: 0 });
    const attempts = commands[0]?.kind === 'submit' ? commands[0].attempts : [];
    const { failure } = failedWith('permission');
    const answers = attempts.map((attempt) => ({
      attempt,
      answer: { kind: 'refused', jobId: attempt.jobId, failure } as const,
    }));
    expect(respond(scheduler, { kind: 'submitted', at: 1, answers })[0]).toEqual([
      'job_failed a',
      'job_failed b',
    ]);
  });

  test('text that a terminal could not bear is cut and cleaned', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    const bad = failedWith('oom', `\u001b[2J${'x'.repeat(5000)}`, { traceback: 'y'.repeat(9000) });
    advance(scheduler, sighting(scheduler, 'a', bad, 0));
    const { failure } = jobOf(scheduler, 'a');
    expect(failure?.error).toMatch(/^x{1999}…$/);
    expect(failure?.traceback).toHaveLength(4000);
  });
});

describe('a hand-over that the backend did not answer', () => {
  test('is repeated for the same attempt after a delay, and given up after as many as retries', () => {
    const scheduler = readySweep(['a'], {
      retries: { maxRetries: 2, backoff: 2, initialDelayS: 10 },
    });
    let at = 0;
    const { failure } = failedWith('unavailable');
    for (const attempts of [1, 1, 1]) {
      const [, commands] = respond(scheduler, { kind: 'tick', at });
      expect(commands).toMatchObject([{ kind: 'submit', attempts: [{ attempt: attempts }] }]);
      expect(respond(scheduler, { kind: 'tick', at })[1]).toEqual([]);
      const refs = [jobOf(scheduler, 'a')];
      advance(scheduler, { kind: 'submit_failed', at, attempts: refs, failure });
      at = jobOf(scheduler, 'a').dueAt ?? at;
    }
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'error', attempt: 1, failure });
  });

  test('is repeated by the next process that takes over', () => {
    const scheduler = readySweep(['a']);
    advance(scheduler, { kind: 'tick', at: 0 });
    const next = schedulerOf(scheduler.sweep, scheduler.policy);
    const [, commands] = respond(next, { kind: 'tick', at: 1 });
    expect(commands).toMatchObject([{ kind: 'submit', attempts: [{ jobId: 'a', attempt: 1 }] }]);
  });
});

describe('the clocks', () => {
  test('a wait that the scheduler does not serve says so with the number in force', () => {
    const scheduler = readySweep(['a'], limits({ notStartedS: 180 }));
    tickAndAccept(scheduler, 0);
    const waiting = { kind: 'waiting', reason: 'Priority' } as const;
    advance(scheduler, sighting(scheduler, 'a', waiting, 179 * S));
    expect(jobOf(scheduler, 'a').givenUp).toBeNull();
    advance(scheduler, sighting(scheduler, 'a', waiting, 180 * S));
    expect(jobOf(scheduler, 'a').givenUp).toMatchObject({ errorType: 'stalled', stage: 'start' });
    expect(jobOf(scheduler, 'a').givenUp?.error).toContain('call did not start within 180s');
    expect(jobOf(scheduler, 'a').givenUp?.error).toContain('Priority');
  });

  test('a wait that ran out ends that attempt alone; what runs meanwhile goes on', () => {
    const scheduler = readySweep(['a', 'b'], limits({ notStartedS: 180 }));
    const [a] = tickAndAccept(scheduler, 0);
    const waiting = { kind: 'waiting', reason: 'no H100' } as const;
    for (let at = 0; at <= 600 * S; at += 60 * S) {
      advance(scheduler, sighting(scheduler, 'a', running(at, a!.owner), at));
      advance(scheduler, sighting(scheduler, 'b', waiting, at));
    }
    expect(jobOf(scheduler, 'b').givenUp).toMatchObject({ errorType: 'stalled' });
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'running', givenUp: null });
    expect(scheduler.sweep.paused).toBeNull();
  });

  test('what ran out is what the attempt has failed of once it has ended', () => {
    const scheduler = readySweep(['a'], limits({ runningS: 60 }));
    const [a] = tickAndAccept(scheduler, 0);
    for (const [beat, at] of [
      [1, 0],
      [2, 60 * S],
    ] as const)
      advance(scheduler, sighting(scheduler, 'a', running(beat, a!.owner), at));
    expect(respond(scheduler, { kind: 'tick', at: 61 * S })[1]).toEqual([
      { kind: 'cancel', handles: [handleOf(a!)] },
    ]);
    expect(respond(scheduler, { kind: 'tick', at: 62 * S })[1]).toEqual([]);
    advance(scheduler, sighting(scheduler, 'a', failedWith('crash', 'SIGKILL'), 63 * S));
    expect(jobOf(scheduler, 'a')).toMatchObject({
      state: 'error',
      failure: { errorType: 'timeout', stage: 'sampling' },
    });
    expect(jobOf(scheduler, 'a').failure?.error).toContain('limit of 1 min');
  });

  test('a result that came all the same counts', () => {
    const scheduler = readySweep(['a'], limits({ runningS: 60 }));
    const [a] = tickAndAccept(scheduler, 0);
    for (const at of [0, 60 * S])
      advance(scheduler, sighting(scheduler, 'a', running(at, a!.owner), at));
    advance(scheduler, sighting(scheduler, 'a', okResult(a!), 61 * S));
    expect(jobOf(scheduler, 'a').state).toBe('ok');
  });

  test('no word after the start, and no heartbeat after the first word, are told apart', () => {
    const scheduler = readySweep(['a', 'b'], limits({ firstWordS: 600, heartbeatS: 300 }));
    const [, b] = tickAndAccept(scheduler, 0);
    const see = (at: number) => {
      advance(scheduler, sighting(scheduler, 'a', running(null, ''), at));
      advance(scheduler, sighting(scheduler, 'b', running(1, b!.owner), at));
    };
    for (const at of [100 * S, 399 * S]) see(at);
    expect(jobOf(scheduler, 'b').givenUp).toBeNull();
    see(400 * S);
    expect(jobOf(scheduler, 'b').givenUp?.error).toContain('nothing new for 300s');
    expect(jobOf(scheduler, 'a').givenUp).toBeNull();
    see(700 * S);
    expect(jobOf(scheduler, 'a').givenUp?.error).toContain('no word within 600s');
  });

  test('a long job that beats is never touched', () => {
    const scheduler = readySweep(['a'], limits({ notStartedS: 1, firstWordS: 1, heartbeatS: 300 }));
    const [a] = tickAndAccept(scheduler, 0);
    for (let hour = 0; hour < 1000; hour++)
      for (const minute of [0, 4, 8])
        advance(
          scheduler,
          sighting(
            scheduler,
            'a',
            running(3 * hour + minute, a!.owner),
            (3600 * hour + 60 * minute) * S,
          ),
        );
    // Between the hours the beat has changed, so even the long gaps are no silence.
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'running', givenUp: null });
  });

  test('a process that takes over counts silence from its own first look', () => {
    const scheduler = readySweep(['a'], limits({ heartbeatS: 300 }));
    const [a] = tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', running(1, a!.owner), 0));
    const next = schedulerOf(scheduler.sweep, scheduler.policy);
    advance(next, sighting(next, 'a', running(1, a!.owner), 9000 * S));
    expect(jobOf(next, 'a').givenUp).toBeNull();
    advance(next, sighting(next, 'a', running(1, a!.owner), 9300 * S));
    expect(jobOf(next, 'a').givenUp).not.toBeNull();
  });

  test('a retry with a longer limit for one job has that limit', () => {
    const scheduler = readySweep(['a'], limits({ runningS: 60 }));
    tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', failedWith('timeout'), S));
    advance(scheduler, asked(scheduler, 'retry', ['a'], 2 * S, { resources: { timeoutMin: 2 } }));
    const [again] = tickAndAccept(scheduler, 2 * S);
    for (const at of [2 * S, 121 * S])
      advance(scheduler, sighting(scheduler, 'a', running(at, again!.owner), at));
    expect(jobOf(scheduler, 'a').givenUp).toBeNull();
    advance(scheduler, sighting(scheduler, 'a', running(7, again!.owner), 122 * S));
    expect(jobOf(scheduler, 'a').givenUp?.error).toContain('2 min');
  });
});

describe('what people ask for', () => {
  test('a waiting job is cancelled at once, a running one when it has ended', () => {
    const scheduler = readySweep(['a', 'b'], { maxConcurrent: 1 });
    tickAndAccept(scheduler, 0);
    const ask = asked(scheduler, 'cancel', ['a', 'b', 'none'], 1);
    expect(respond(scheduler, ask)[0]).toEqual([
      'job_cancel_requested a',
      'job_cancelled b',
      'order_answered',
    ]);
    expect(scheduler.sweep.orders.get(ask.order.id)).toEqual({
      done: ['a', 'b'],
      refused: [{ jobId: 'none', why: 'there is no such job in this sweep' }],
      until: null,
    });
    expect(respond(scheduler, ask), 'the same order comes again').toEqual([[], []]);
    expect(respond(scheduler, { kind: 'tick', at: 2 })[1]).toMatchObject([{ kind: 'cancel' }]);
    advance(scheduler, sighting(scheduler, 'a', failedWith('crash', 'SIGTERM'), 3));
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'cancelled', failure: null });
  });

  test('one that cannot be ended is asked again after half a minute', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, asked(scheduler, 'cancel', ['a'], 0));
    const asks = [0, 29, 30].map((s) => respond(scheduler, { kind: 'tick', at: s * S })[1].length);
    expect(asks).toEqual([1, 0, 1]);
  });

  test('a job that was cancelled while it was handed over is ended when it turns up', () => {
    const scheduler = readySweep(['a']);
    const [, [command]] = respond(scheduler, { kind: 'tick', at: 0 });
    const [attempt] = command?.kind === 'submit' ? command.attempts : [];
    advance(scheduler, asked(scheduler, 'cancel', ['a'], 1));
    expect(respond(scheduler, { kind: 'tick', at: 1 })[1]).toEqual([]);
    const handle = handleOf(attempt!);
    const answers = [{ attempt: attempt!, answer: { kind: 'submitted', handle } as const }];
    advance(scheduler, { kind: 'submitted', at: 2, answers });
    expect(respond(scheduler, { kind: 'tick', at: 3 })[1]).toEqual([
      { kind: 'cancel', handles: [handle] },
    ]);
  });

  test('a retry can be undone for as long as it is held, and names the attempt that was seen', () => {
    const scheduler = readySweep(['a', 'b', 'c'], { maxConcurrent: 3 });
    tickAndAccept(scheduler, 0);
    for (const jobId of ['a', 'b', 'c'])
      advance(scheduler, sighting(scheduler, jobId, failedWith('oom'), 1));
    const retry = asked(scheduler, 'retry', ['a', 'b', 'c/0'], 10, {
      resources: { memoryGb: 32 },
      noSkip: true,
      holdMs: 8 * S,
    });
    expect(respond(scheduler, retry)[0]).toEqual(['job_held a', 'job_held b', 'order_answered']);
    expect(answerTo(scheduler, retry)).toEqual({
      done: ['a', 'b'],
      refused: [{ jobId: 'c', why: 'it has gone on: you saw attempt 0, now attempt 1 is error' }],
      until: 10 + 8 * S,
    });
    expect(respond(scheduler, asked(scheduler, 'undo', ['b'], 20))[0]).toEqual([
      'job_hold_undone b',
      'order_answered',
    ]);
    expect(tickAndAccept(scheduler, 8 * S)).toEqual([]);
    advance(scheduler, { kind: 'tick', at: 10 + 8 * S });
    expect(tickAndAccept(scheduler, 11 + 8 * S)).toMatchObject([{ jobId: 'a', attempt: 2 }]);
    expect(jobOf(scheduler, 'a')).toMatchObject({ resources: { memoryGb: 32 }, noSkip: true });
    expect(jobOf(scheduler, 'b').state).toBe('error');
    expect(jobOf(scheduler, 'c').state).toBe('error');
  });
});

describe('two people at once', () => {
  test('have one effect, and the second a clear word', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', failedWith('oom'), 1));
    const [first, second] = [1, 2].map((at) =>
      asked(scheduler, 'retry', ['a/1'], at, { holdMs: 8 * S }),
    );
    expect(respond(scheduler, first!)[0]).toEqual(['job_held a', 'order_answered']);
    expect(respond(scheduler, second!)[0]).toEqual(['order_answered']);
    expect(answerTo(scheduler, second!).refused).toEqual([
      { jobId: 'a', why: 'it is asked for already' },
    ]);
    const late = asked(scheduler, 'undo', null, 2);
    expect(respond(scheduler, late)[0]).toEqual(['job_hold_undone a', 'order_answered']);
    const later = asked(scheduler, 'undo', ['a'], 3);
    expect(respond(scheduler, later)[0]).toEqual(['order_answered']);
    expect(answerTo(scheduler, later).refused[0]?.why).toContain('nothing to undo');
  });

  test('who cancels what the other has cancelled is told so', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, asked(scheduler, 'cancel', ['a'], 1));
    const again = asked(scheduler, 'cancel', ['a'], 2);
    advance(scheduler, again);
    expect(answerTo(scheduler, again).refused[0]?.why).toBe('it is being cancelled already');
    advance(scheduler, sighting(scheduler, 'a', { kind: 'cancelled' }, 3));
    const late = asked(scheduler, 'cancel', ['a'], 4);
    advance(scheduler, late);
    expect(answerTo(scheduler, late).refused[0]?.why).toBe('it has ended: cancelled');
  });
});

describe('a retry', () => {
  function failedSweep() {
    const scheduler = readySweep(['oom', 'diverged', 'ok', 'running'], { maxConcurrent: 4 });
    tickAndAccept(scheduler, 0);
    for (const type of ['oom', 'diverged'] as const)
      advance(scheduler, sighting(scheduler, type, failedWith(type), 1));
    advance(scheduler, sighting(scheduler, 'ok', okResult(jobOf(scheduler, 'ok')), 1));
    return scheduler;
  }

  test('of all leaves out what must fail again, and says so', () => {
    const scheduler = failedSweep();
    const order = asked(scheduler, 'retry', null, 2);
    advance(scheduler, order);
    expect(answerTo(scheduler, order)).toMatchObject({
      done: ['oom'],
      refused: [{ jobId: 'diverged', why: expect.stringContaining('fails the same way') }],
    });
  });

  test('of a named job takes it whatever it failed of', () => {
    const scheduler = failedSweep();
    const order = asked(scheduler, 'retry', ['diverged', 'running', 'ok'], 2);
    advance(scheduler, order);
    expect(answerTo(scheduler, order)).toEqual({
      done: ['diverged'],
      refused: [
        { jobId: 'running', why: 'it is submitted; cancel it first' },
        { jobId: 'ok', why: 'it is ok; --no-skip computes it again' },
      ],
      until: null,
    });
  });

  test('that computes again keeps the old result until the new one is whole', () => {
    const scheduler = failedSweep();
    const order = asked(scheduler, 'retry', ['ok'], 2, { noSkip: true });
    advance(scheduler, order);
    expect(answerTo(scheduler, order).done).toEqual(['ok']);
    expect(jobOf(scheduler, 'ok')).toMatchObject({ state: 'planned', outcome: { llcMean: 1.5 } });
    tickAndAccept(scheduler, 3);
    expect(finishedJobs(scheduler.sweep).map(({ jobId }) => jobId)).toEqual(['ok']);
    advance(scheduler, sighting(scheduler, 'ok', failedWith('oom'), 4));
    expect(finishedJobs(scheduler.sweep)).toEqual([]);
  });

  test('of an ended sweep sets it going again', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', failedWith('oom'), 1));
    advance(scheduler, { kind: 'tick', at: 2 });
    expect(scheduler.sweep.ended).toBe('complete');
    advance(scheduler, asked(scheduler, 'retry', null, 3));
    expect(tickAndAccept(scheduler, 4)).toMatchObject([{ jobId: 'a', attempt: 2 }]);
  });
});

describe('a pull', () => {
  function finishedSweep() {
    const scheduler = readySweep(['a', 'b']);
    tickAndAccept(scheduler, 0);
    advance(scheduler, sighting(scheduler, 'a', okResult(jobOf(scheduler, 'a')), 1));
    return scheduler;
  }

  test('is held, can be undone, and is asked of the storage once', () => {
    const scheduler = finishedSweep();
    const hold = { holdMs: 8 * S };
    advance(scheduler, asked(scheduler, 'pull', ['a'], 2, hold));
    expect(respond(scheduler, { kind: 'tick', at: 3 })).toEqual([[], []]);
    advance(scheduler, asked(scheduler, 'undo', null, 4));
    expect(respond(scheduler, { kind: 'tick', at: 9 * S })).toEqual([[], []]);

    advance(scheduler, asked(scheduler, 'pull', ['a'], 10 * S, hold));
    expect(respond(scheduler, { kind: 'tick', at: 18 * S })).toEqual([
      ['pull_begun a'],
      [{ kind: 'pull', jobIds: ['a'] }],
    ]);
    expect(respond(scheduler, { kind: 'tick', at: 19 * S })).toEqual([[], []]);
    const answers = [{ jobId: 'a', failure: null }];
    expect(respond(scheduler, { kind: 'pulled', at: 20 * S, answers })[0]).toEqual([
      'pull_ended a',
    ]);
    expect(scheduler.sweep.pulls.size).toBe(0);
  });

  test('that a dispatcher did not live to see is asked for again by the next', () => {
    const scheduler = finishedSweep();
    advance(scheduler, asked(scheduler, 'pull', ['a'], 2));
    advance(scheduler, { kind: 'tick', at: 3 });
    const next = schedulerOf(scheduler.sweep, scheduler.policy);
    expect(respond(next, { kind: 'tick', at: 4 })[1]).toContainEqual({
      kind: 'pull',
      jobIds: ['a'],
    });
  });

  test('of a job without a result, or from a place that keeps none, is refused in words', () => {
    const scheduler = finishedSweep();
    const order = asked(scheduler, 'pull', ['b'], 2);
    advance(scheduler, order);
    expect(answerTo(scheduler, order).refused[0]?.why).toBe('it has no result yet');

    const here = schedulerOf(scheduler.sweep, { ...scheduler.policy, keepsRuns: false });
    const again = asked(here, 'pull', ['a'], 3);
    advance(here, again);
    expect(answerTo(here, again).refused[0]?.why).toBe('its run is here already');
  });
});

describe('after the death of a dispatcher', () => {
  const recovers = { recovers: true };

  test('what became of each living attempt is told once all is known', () => {
    const names = ['lives', 'finished', 'crashed', 'oom', 'unanswered'];
    const before = readySweep(names, { maxConcurrent: 5 });
    const [, [command]] = respond(before, { kind: 'tick', at: 0 });
    const attempts = command?.kind === 'submit' ? command.attempts : [];
    const answers = attempts.slice(0, 4).map((attempt) => ({
      attempt,
      answer: { kind: 'submitted', handle: handleOf(attempt) } as const,
    }));
    advance(before, { kind: 'submitted', at: 0, answers });

    const next = schedulerOf(before.sweep, before.policy, recovers);
    const tell = [
      sighting(next, 'lives', running(1, jobOf(next, 'lives').owner), 1),
      sighting(next, 'finished', okResult(jobOf(next, 'finished')), 1),
      sighting(next, 'crashed', failedWith('lost'), 1),
      sighting(next, 'oom', failedWith('oom'), 1),
    ].flatMap((stimulus) => respond(next, stimulus)[0]);
    expect(tell).not.toContain('sweep_recovered');
    expect(tickAndAccept(next, 2)).toMatchObject([{ jobId: 'unanswered', attempt: 1 }]);
    expect(next.recovery).toMatchObject({
      pending: new Map(),
      counts: { adopted: 1, finished: 1, requeued: 2, failed: 1 },
    });
  });

  test('nothing is told again', () => {
    const before = readySweep(['a']);
    tickAndAccept(before, 0);
    const next = schedulerOf(before.sweep, before.policy, recovers);
    const see = () => respond(next, sighting(next, 'a', running(1, jobOf(next, 'a').owner), 1))[0];
    expect(see()).toEqual(['job_running a', 'sweep_recovered']);
    expect(see()).toEqual([]);
  });

  test('a place that accepted the sweep before and is out of reach now is asked again, not believed', () => {
    const before = readySweep(['a']);
    record(before, [{ kind: 'dispatcher_started', host: 'h', pid: 1, died: null }], 0);
    const next = schedulerOf(before.sweep, before.policy, recovers);
    const { failure } = failedWith('unavailable', 'no route to host');
    const refusal = { ok: false, failure, hint: 'try later' } as const;
    advance(next, { kind: 'tick', at: 0 });
    expect(respond(next, { kind: 'preflight', at: 0, result: refusal })[0]).toEqual([
      'preflight_deferred',
    ]);
    expect(respond(next, { kind: 'tick', at: 59 * S })).toEqual([[], []]);
    expect(respond(next, { kind: 'tick', at: 60 * S })[1]).toMatchObject([{ kind: 'preflight' }]);
    const { failure: billing } = failedWith('billing');
    const money = { ok: false, failure: billing, hint: 'top up' } as const;
    expect(respond(next, { kind: 'preflight', at: 61 * S, result: money })[0]).toEqual([
      'preflight_refused',
    ]);
  });

  test('a wait that nobody has handed over yet does not count as one that the scheduler left unserved', () => {
    const before = readySweep(['a'], limits({ notStartedS: 180 }));
    advance(before, { kind: 'tick', at: 0 });
    const next = schedulerOf(before.sweep, before.policy, recovers);
    const hour = 3600 * S;
    tickAndAccept(next, hour);
    const waiting = { kind: 'waiting', reason: 'Priority' } as const;
    advance(next, sighting(next, 'a', waiting, hour + 179 * S));
    expect(jobOf(next, 'a').givenUp).toBeNull();
    advance(next, sighting(next, 'a', waiting, hour + 180 * S));
    expect(jobOf(next, 'a').givenUp).not.toBeNull();
  });

  test('a job that began while nobody watched has run since then', () => {
    const before = readySweep(['a'], limits({ runningS: 600 }));
    const [a] = tickAndAccept(before, 0);
    const next = schedulerOf(before.sweep, before.policy, recovers);
    const seen = { ...running(1, a!.owner), since: 10 * S } as const;
    advance(next, sighting(next, 'a', seen as Observation, 500 * S));
    expect(jobOf(next, 'a').startedAt).toBe(10 * S);
    advance(next, sighting(next, 'a', running(2, a!.owner), 610 * S));
    expect(jobOf(next, 'a').givenUp).toMatchObject({ errorType: 'timeout' });
  });
});

function answerTo(scheduler: Scheduler, { order }: { order: Order }): OrderAnswer {
  return scheduler.sweep.orders.get(order.id) as OrderAnswer;
}

test('news of another owner is not heard', () => {
  const scheduler = readySweep(['a']);
  const [a] = tickAndAccept(scheduler, 0);
  const stranger = { ...a!, owner: 'stranger' };
  const seen = [
    { handle: handleOf(a!), observation: okResult(stranger), usage: null },
    { handle: handleOf(stranger), observation: okResult(stranger), usage: null },
  ];
  expect(respond(scheduler, { kind: 'observed', at: 1, sightings: seen })).toEqual([[], []]);
  advance(scheduler, sighting(scheduler, 'a', okResult(a!, true), 2));
  expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'cached', outcome: { llcMean: 1.5 } });
});

const NO_OUTCOME = {
  llcMean: null,
  llcSe: null,
  ess: null,
  rhat: null,
  tSampling: null,
  workGrad: null,
  wnvTime: null,
  wnvFde: null,
  verdict: '',
};
