import { describe, expect, test } from 'vitest';
import type { Observation } from '../../../src/dispatch/backend.ts';
import type { Scheduler } from '../../../src/dispatch/scheduler/scheduler.ts';
import type { AttemptRef, Stimulus } from '../../../src/dispatch/scheduler/stimulus.ts';
import { vigilOf } from '../../../src/dispatch/scheduler/vigil.ts';
import {
  asked,
  jobOf,
  limits,
  okResult,
  readySweep,
  respond,
  running,
  sighting,
  tickAndAccept,
} from './small-sweep.ts';

// What only places with a queue of their own do.

const S = 1000;
/** Of the job a, with this heartbeat. */
const beating = (scheduler: Scheduler, beat: number) => running(beat, jobOf(scheduler, 'a').owner);
const WAITING: Observation = { kind: 'waiting', reason: 'queued again' };

describe('a job that the place puts back into its queue', () => {
  test('waits again in the same attempt, then runs, and its result counts', () => {
    const scheduler = readySweep(['a']);
    tickAndAccept(scheduler, 0);
    const { attempt } = jobOf(scheduler, 'a');
    expect(respond(scheduler, sighting(scheduler, 'a', beating(scheduler, 1), S))[0]).toEqual([
      'job_running a',
    ]);
    expect(respond(scheduler, sighting(scheduler, 'a', WAITING, 60 * S))[0]).toEqual([
      'job_waiting a',
    ]);
    expect(jobOf(scheduler, 'a')).toMatchObject({
      state: 'waiting',
      startedAt: null,
      queuedAt: 60 * S,
    });
    respond(scheduler, sighting(scheduler, 'a', beating(scheduler, 2), 90 * S));
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'running', startedAt: 90 * S, attempt });
    respond(scheduler, sighting(scheduler, 'a', okResult(jobOf(scheduler, 'a')), 99 * S));
    expect(jobOf(scheduler, 'a').state).toBe('ok');
  });

  test('has all its clocks begin anew', () => {
    const policy = limits({ notStartedS: 100, firstWordS: 100, heartbeatS: 100, runningS: 100 });
    const scheduler = readySweep(['a'], policy);
    tickAndAccept(scheduler, 0);
    respond(scheduler, sighting(scheduler, 'a', beating(scheduler, 1), 90 * S));
    // Longer ago than each limit, yet none has run out.
    for (const at of [180, 270]) {
      respond(scheduler, sighting(scheduler, 'a', WAITING, at * S));
      respond(scheduler, sighting(scheduler, 'a', beating(scheduler, at), (at + 45) * S));
    }
    expect(jobOf(scheduler, 'a')).toMatchObject({ state: 'running', givenUp: null });
    respond(scheduler, sighting(scheduler, 'a', WAITING, 400 * S));
    expect(vigilOf(scheduler.vigils, 'a', 1)).toMatchObject({ beat: null, seenStartedAt: null });
    respond(scheduler, sighting(scheduler, 'a', WAITING, 499 * S));
    expect(jobOf(scheduler, 'a').givenUp).toBeNull();
    respond(scheduler, sighting(scheduler, 'a', WAITING, 500 * S));
    expect(jobOf(scheduler, 'a').givenUp).toMatchObject({ errorType: 'stalled' });
  });
});

test('where the place ends jobs at their limit itself, nobody else does', () => {
  for (const placeKeepsTimeLimit of [true, false]) {
    const scheduler = readySweep(['a'], { ...limits({ runningS: 100 }), placeKeepsTimeLimit });
    tickAndAccept(scheduler, 0);
    for (const at of [1, 100, 200])
      respond(scheduler, sighting(scheduler, 'a', beating(scheduler, at), at * S));
    expect(jobOf(scheduler, 'a').givenUp?.errorType).toBe(
      placeKeepsTimeLimit ? undefined : 'timeout',
    );
  }
});

describe('an attempt for which the place has no room', () => {
  const full = (attempts: readonly AttemptRef[], at: number): Stimulus => ({
    kind: 'submitted',
    at,
    answers: attempts.map((attempt) => ({
      attempt,
      answer: { kind: 'full', jobId: attempt.jobId, reason: 'the queue is full' },
    })),
  });
  /** What is handed over at this time. */
  const handedOver = (scheduler: Scheduler, at: number) =>
    respond(scheduler, { kind: 'tick', at })[1].flatMap((command) =>
      command.kind === 'submit' ? command.attempts : [],
    );

  test('is handed over again every half minute, however often, and says so once', () => {
    const scheduler = readySweep(['a'], {
      retries: { maxRetries: 1, backoff: 2, initialDelayS: 10 },
    });
    let attempts = handedOver(scheduler, 0);
    expect(respond(scheduler, full(attempts, 0))[0]).toEqual(['submission_deferred a']);
    for (let at = 30 * S; at < 3000 * S; at += 30 * S) {
      expect(handedOver(scheduler, at - 1)).toEqual([]);
      attempts = handedOver(scheduler, at);
      expect(attempts).toEqual([expect.objectContaining({ jobId: 'a', attempt: 1 })]);
      expect(respond(scheduler, full(attempts, at))).toEqual([[], []]);
    }
    expect(jobOf(scheduler, 'a')).toMatchObject({
      state: 'submitted',
      detail: 'the queue is full',
    });
    expect(jobOf(scheduler, 'a')).toMatchObject({ deferrals: 0, failures: 0 });
    expect(tickAndAccept(scheduler, 3000 * S)).toHaveLength(1);
    expect(jobOf(scheduler, 'a').handle).not.toBeNull();
  });

  test('can be cancelled, since it was certainly not started', () => {
    const scheduler = readySweep(['a']);
    respond(scheduler, full(handedOver(scheduler, 0), 0));
    respond(scheduler, asked(scheduler, 'cancel', null, S));
    expect(respond(scheduler, { kind: 'tick', at: 2 * S })[0]).toContain('job_cancelled a');
  });

  test('and also while it is handed over again', () => {
    const scheduler = readySweep(['a']);
    respond(scheduler, full(handedOver(scheduler, 0), 0));
    const again = handedOver(scheduler, 30 * S);
    respond(scheduler, asked(scheduler, 'cancel', null, 31 * S));
    expect(respond(scheduler, { kind: 'tick', at: 32 * S })[0]).toEqual([]);
    expect(respond(scheduler, full(again, 33 * S))[0]).toEqual(['job_cancelled a']);
  });
});
