import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Observation } from '../../../src/dispatch/backend.ts';
import { ERROR_TYPES, TERMINAL_STATES } from '../../../src/dispatch/job/words.ts';
import {
  decodeEvent,
  encodeEvent,
  JOURNAL_VERSION,
  type SweepEvent,
} from '../../../src/dispatch/journal/events.ts';
import { replay } from '../../../src/dispatch/journal/replay.ts';
import { liveCount } from '../../../src/dispatch/journal/selectors.ts';
import type { JobRecord } from '../../../src/dispatch/journal/sweep-state.ts';
import { advance, type Scheduler, schedulerOf } from '../../../src/dispatch/scheduler/scheduler.ts';
import type { AttemptRef, Command, Stimulus } from '../../../src/dispatch/scheduler/stimulus.ts';
import { asked, failedWith, handleOf, okResult, running, smallSweep } from './small-sweep.ts';

const JOBS = ['a', 'b', 'c', 'd'];
const MAX_CONCURRENT = 2;
const RETRIES = { maxRetries: 2, backoff: 2, initialDelayS: 1 };

/**
 * A backend in miniature: knows which attempts live, answers out of order, late, twice or not at all, and
 * checks what it is asked.
 */
class World {
  scheduler: Scheduler;
  readonly journal: SweepEvent[] = [];
  readonly alive = new Map<string, AttemptRef>();
  readonly known = new Map<string, { ref: AttemptRef; end: Observation | null }>();
  readonly open: Command[] = [];
  readonly ended = new Map<string, unknown>();
  at = 0;

  constructor() {
    this.scheduler = smallSweep(JOBS, {
      maxConcurrent: MAX_CONCURRENT,
      retries: RETRIES,
      limits: { notStartedS: 50, firstWordS: 50, heartbeatS: 50, runningS: 200 },
    });
  }

  feed(stimulus: Stimulus): void {
    const personAsks = stimulus.kind === 'order' && stimulus.order.action === 'retry';
    const [events, commands] = advance(this.scheduler, stimulus);
    this.journal.push(...events);
    this.open.push(...commands);
    const { sweep } = this.scheduler;
    expect(liveCount(sweep)).toBeLessThanOrEqual(MAX_CONCURRENT);
    for (const job of sweep.jobs.values()) {
      expect(job.failures).toBeLessThanOrEqual(RETRIES.maxRetries + 1);
      // Whether its run is brought here is another matter than how it ended.
      const end = { ...job, pull: null, pullFailure: null };
      if (this.ended.has(job.jobId) && !personAsks) expect(end).toEqual(this.ended.get(job.jobId));
      if (TERMINAL_STATES.has(job.state)) this.ended.set(job.jobId, end);
      else this.ended.delete(job.jobId);
    }
  }

  /** Does what a command asks, or loses the answer. */
  carryOut(command: Command, answer: number): void {
    const at = this.at;
    switch (command.kind) {
      case 'preflight':
        this.feed({ kind: 'preflight', at, result: { ok: true, notes: [] } });
        break;
      case 'submit': {
        const lost = answer % 5 === 0;
        const answers = command.attempts.map((attempt) => {
          const key = `${attempt.jobId}/${attempt.attempt}`;
          if (answer % 7 === 1 && !this.known.has(key))
            return {
              attempt,
              answer: {
                kind: 'refused',
                jobId: attempt.jobId,
                failure: failedWith('throttled').failure,
              } as const,
            };
          this.start(attempt);
          return {
            attempt,
            answer: { kind: 'submitted', handle: handleOf(attempt) } as const,
          };
        });
        this.feed(
          lost
            ? {
                kind: 'submit_failed',
                at,
                attempts: command.attempts,
                failure: failedWith('unavailable').failure,
              }
            : { kind: 'submitted', at, answers },
        );
        break;
      }
      case 'cancel':
        for (const handle of command.handles) this.end(handle, { kind: 'cancelled' });
        this.see(command.handles);
        break;
      case 'pull':
        this.feed({
          kind: 'pulled',
          at,
          answers: command.jobIds.map((jobId) => ({
            jobId,
            failure: answer % 2 ? failedWith('unavailable').failure : null,
          })),
        });
    }
  }

  start(attempt: AttemptRef): void {
    const key = `${attempt.jobId}/${attempt.attempt}`;
    if (this.known.has(key)) return;
    expect(this.alive.get(attempt.jobId), `${key} beside a living attempt`).toBeUndefined();
    this.alive.set(attempt.jobId, attempt);
    this.known.set(key, { ref: attempt, end: null });
  }

  end(ref: AttemptRef, how: Observation): void {
    const known = this.known.get(`${ref.jobId}/${ref.attempt}`);
    if (known === undefined || known.end !== null) return;
    known.end = how;
    this.alive.delete(ref.jobId);
  }

  see(refs: readonly AttemptRef[], beat = 0): void {
    const sightings = refs.map((ref) => {
      const known = this.known.get(`${ref.jobId}/${ref.attempt}`);
      const observation: Observation =
        known === undefined
          ? { kind: 'unknown', reason: 'not here yet' }
          : (known.end ?? running(beat, ref.owner));
      return { handle: handleOf(ref), observation, usage: null };
    });
    this.feed({ kind: 'observed', at: this.at, sightings });
  }
}

type Step = readonly [kind: number, job: number, value: number];
function step(world: World, [kind, job, value]: Step): void {
  const jobId = JOBS[job % JOBS.length] as string;
  const record = world.scheduler.sweep.jobs.get(jobId)!;
  MOVES[kind % MOVES.length]?.(world, record, value);
}

const MOVES: readonly ((world: World, job: JobRecord, value: number) => void)[] = [
  function tick(world) {
    world.feed({ kind: 'tick', at: world.at });
  },
  function tickAgain(world) {
    world.feed({ kind: 'tick', at: world.at });
  },
  function carryOut(world, _, value) {
    const [command] = world.open.splice(value % Math.max(1, world.open.length), 1);
    if (command !== undefined) world.carryOut(command, value);
  },
  function carryOutOldest(world, _, value) {
    const command = world.open.shift();
    if (command !== undefined) world.carryOut(command, value);
  },
  function letTimePass(world, _, value) {
    world.at += 1000 * (value % 90);
  },
  function endAnAttempt(world, { jobId }, value) {
    const ref = world.alive.get(jobId);
    if (ref === undefined) return;
    const errorType = ERROR_TYPES[value % ERROR_TYPES.length]!;
    world.end(ref, value % 2 ? okResult(ref) : failedWith(errorType, `e${value % 3}`));
  },
  function seeAllEverStarted(world, _, value) {
    world.see([...world.known.values()].map(({ ref }) => ref).reverse(), value);
  },
  function seeOne(world, job, value) {
    if (job.attempt > 0) world.see([job], value);
  },
  function seeAStranger(world, job) {
    const handle = handleOf({ ...job, owner: 'stranger' });
    const sightings = [{ handle, observation: failedWith('crash'), usage: null }];
    world.feed({ kind: 'observed', at: world.at, sightings });
  },
  function cancelOne(world, { jobId }, value) {
    if (value % 4 === 0) world.feed(asked(world.scheduler, 'cancel', [jobId], world.at));
  },
  function retryOne(world, { jobId, attempt }, value) {
    const seen = `${jobId}/${value % 2 ? attempt : 0}`;
    const more = { noSkip: value % 5 === 0, holdMs: value % 3 === 0 ? 8000 : 0 };
    world.feed(asked(world.scheduler, 'retry', [seen], world.at, more));
  },
  function undoAll(world) {
    world.feed(asked(world.scheduler, 'undo', null, world.at));
  },
  function pullOne(world, { jobId }) {
    world.feed(asked(world.scheduler, 'pull', [jobId], world.at, { holdMs: 8000 }));
  },
  function retryAll(world, _, value) {
    if (value % 6 === 0) world.feed(asked(world.scheduler, 'retry', null, world.at));
  },
  function killTheDispatcher(world, _, value) {
    if (value % 3 !== 0) return;
    // What it had asked is done or not; what it watched is forgotten.
    for (const command of world.open.splice(0))
      if (command.kind === 'submit' && value % 2 === 0)
        for (const attempt of command.attempts) world.start(attempt);
    const recovers = value % 2 === 0;
    world.scheduler = schedulerOf(world.scheduler.sweep, world.scheduler.policy, { recovers });
  },
];

test('under any order of stimuli no job is forgotten, none lives twice, and ended is ended', () => {
  const steps = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 1000 })), {
    maxLength: 150,
    size: 'max',
  });
  fc.assert(
    fc.property(steps, (walk) => {
      const world = new World();
      for (const one of walk) step(world, one);

      // From here on the place is well: everything must come to its end.
      // One that is held, or has ended so, goes on when a person says so.
      for (let round = 0; round < 60; round++) {
        const { ended } = world.scheduler.sweep;
        if (ended !== null && ended !== 'paused') break;
        world.at += 30_000;
        if (world.scheduler.sweep.paused !== null)
          world.feed(asked(world.scheduler, 'retry', JOBS, world.at));
        world.feed({ kind: 'tick', at: world.at });
        for (const command of world.open.splice(0)) world.carryOut(command, 2);
        for (const ref of world.alive.values()) world.end(ref, okResult(ref));
        world.see([...world.known.values()].map(({ ref }) => ref));
      }
      const { sweep } = world.scheduler;
      expect(sweep.ended).toBe('complete');
      for (const job of sweep.jobs.values()) expect(TERMINAL_STATES).toContain(job.state);
      expect([...world.alive.keys()].filter((jobId) => sweep.byState.ok.has(jobId))).toEqual([]);

      const lines = [...stampedPlan(world), ...world.journal].map(encodeEvent);
      expect(replay(lines.map((line) => decodeEvent(line)!))).toEqual(sweep);
    }),
    { numRuns: 300 },
  );
});

/** The plan was reduced before the world began to write down. */
function stampedPlan(world: World): SweepEvent[] {
  const { sweep } = world.scheduler;
  return [
    {
      v: JOURNAL_VERSION,
      time: 0,
      epoch: 1,
      seq: 1,
      kind: 'sweep_planned',
      sweepId: sweep.sweepId,
      token: sweep.token,
      backend: sweep.backend,
      gpuMode: sweep.gpuMode,
      runsDir: sweep.runsDir,
      resources: sweep.resources,
      jobs: JOBS.map((jobId) => {
        const { problem, sampler, seed, runId, familyId, targetParams, depth, activation } =
          sweep.jobs.get(jobId)!;
        return {
          jobId,
          problem,
          sampler,
          seed,
          runId,
          familyId,
          targetParams,
          depth,
          activation,
        };
      }),
    },
  ];
}
