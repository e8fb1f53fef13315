import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { type FakePlace, fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { type HandClock, handClock } from '../../../src/backends/fake/hand-clock.ts';
import type { AttemptScript, Scenario } from '../../../src/backends/fake/scenario.ts';
import type { Backend, JobHandle } from '../../../src/dispatch/backend.ts';
import { ERROR_TYPES } from '../../../src/dispatch/job/words.ts';
import { RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { fakeAttempt } from './fake-attempts.ts';

const NEVER = new AbortController().signal;
const GPU = { ...RESOURCES, gpuMode: 'vectorized', gpuTypes: ['h100', 'a100'] } as const;
const SITE = {
  partitions: [
    { name: 'gpu', cpus: 32, gpus: [{ type: 'a100', total: 2 }], limitMin: 1440, note: 'shared' },
  ],
  accounts: ['physics'],
  prices: { a100: 2 },
  budget: 10,
};

function setUp(scenario: Scenario = {}): {
  clock: HandClock;
  place: FakePlace;
  backend: Backend;
} {
  const clock = handClock();
  const place = fakePlace(scenario, clock);
  return { clock, place, backend: fakeBackend(place) };
}

/** A place where the only job goes through this. */
function setUpWith(...scripts: AttemptScript[]) {
  return setUp({ jobs: { 'a-hmc-1': scripts } });
}

async function start(backend: Backend, problem = 'a', attempt = 1, resources = RESOURCES) {
  const [answer] = await backend.submit([fakeAttempt(problem, attempt, resources)], NEVER);
  if (answer?.kind !== 'submitted') throw new Error(JSON.stringify(answer));
  return answer.handle;
}

async function look(backend: Backend, handle: JobHandle) {
  const [observation] = await backend.observe([handle], NEVER);
  if (observation === undefined) throw new Error('no observation');
  return observation;
}

describe('an attempt goes through what its script says:', () => {
  test('waiting, starting, running, collecting, its end, each for its time', async () => {
    const { clock, backend } = setUpWith({
      waiting: [
        { reason: 'Priority', forS: 10 },
        { reason: 'Resources', forS: 20 },
      ],
      startingS: 5,
      running: { forS: 100, chains: [1, 2, 3] },
      collectingS: 3,
    });
    const began = clock.now();
    const handle = await start(backend);
    const on = handle.data['node'];
    const since = began + 30_000;
    expect(await look(backend, handle)).toEqual({ kind: 'waiting', reason: 'Priority' });
    clock.advance(10);
    expect(await look(backend, handle)).toEqual({ kind: 'waiting', reason: 'Resources' });
    clock.advance(20);
    expect(await look(backend, handle)).toEqual({ kind: 'starting', on, since });
    clock.advance(5);
    expect(await look(backend, handle)).toMatchObject({
      kind: 'running',
      on,
      since,
      progress: { owner: 'owner-1', stage: 'setup', beat: 1, llc: null, llcByChain: [] },
    });
    clock.advance(90);
    expect(await look(backend, handle)).toMatchObject({
      progress: { stage: 'sampling', beat: 91, total: 1000, llcByChain: { length: 3 } },
    });
    clock.advance(10);
    expect(await look(backend, handle)).toEqual({ kind: 'collecting' });
    clock.advance(3);
    expect(await look(backend, handle)).toMatchObject({
      kind: 'ended',
      result: { status: 'ok', duration_s: 108, metrics: { hmc_llc_mean: 2 } },
    });
  });

  test('the estimates come closer to what the chains come to', async () => {
    const { clock, backend } = setUpWith({ running: { forS: 1000, chains: [1.5, 1.5] } });
    const handle = await start(backend);
    const distances: number[] = [];
    for (const seconds of [410, 400, 150]) {
      clock.advance(seconds);
      const seen = await look(backend, handle);
      if (seen.kind !== 'running' || seen.progress === null) throw new Error(seen.kind);
      expect(Math.abs((seen.progress.llc ?? 0) - 1.5)).toBeLessThanOrEqual(
        seen.progress.llcSe ?? 0,
      );
      distances.push(seen.progress.llcSe ?? 0);
    }
    expect(distances).toEqual([...distances].sort((a, b) => b - a));
  });

  test('never scheduled, never heard of, or never ending', async () => {
    const { clock, place, backend } = setUp();
    place.script('unscheduled-hmc-1', [{ waiting: [{ reason: 'ReqNodeNotAvail', forS: null }] }]);
    place.script('silent-hmc-1', [{ running: { forS: null, silent: true } }]);
    place.script('starting-hmc-1', [{ startingS: null }]);
    const handles = [
      await start(backend, 'unscheduled'),
      await start(backend, 'silent'),
      await start(backend, 'starting'),
    ];
    clock.advance(1e6);
    expect(await backend.observe(handles, NEVER)).toMatchObject([
      { kind: 'waiting', reason: 'ReqNodeNotAvail' },
      { kind: 'running', progress: null },
      { kind: 'starting' },
    ]);
  });

  test('its heartbeat stops', async () => {
    const { clock, backend } = setUpWith({ running: { forS: null, beatStopsAtS: 50 } });
    const handle = await start(backend);
    clock.advance(49);
    const before = await look(backend, handle);
    clock.advance(1);
    const last = await look(backend, handle);
    expect(last).not.toEqual(before);
    clock.advance(1000);
    expect(await look(backend, handle)).toEqual(last);
  });

  test.each(ERROR_TYPES)('it fails of %s, or says so in its result', async (errorType) => {
    const { clock, backend } = setUpWith(
      { running: { forS: 1 }, end: { kind: 'failed', errorType } },
      { running: { forS: 1 }, end: { kind: 'error', errorType, stage: 'training' } },
    );
    const [first, second] = [await start(backend, 'a', 1), await start(backend, 'a', 2)];
    clock.advance(1);
    expect(await backend.observe([first, second], NEVER)).toMatchObject([
      { kind: 'failed', failure: { errorType, traceback: '' } },
      { kind: 'ended', result: { status: 'error', error_type: errorType, stage: 'training' } },
    ]);
  });

  test('its text is passed on as it is', async () => {
    const error = `\u001b[2J\u0007${'x'.repeat(5000)}\u202e`;
    const { clock, backend } = setUpWith({
      waiting: [{ reason: error, forS: 1 }],
      running: { forS: 0 },
      end: { kind: 'failed', errorType: 'crash', error, traceback: error, fromOutside: true },
    });
    const handle = await start(backend);
    expect(await look(backend, handle)).toEqual({ kind: 'waiting', reason: error });
    clock.advance(1);
    expect(await look(backend, handle)).toMatchObject({
      failure: { error, traceback: error, fromOutside: true },
    });
  });

  test('another owner’s result is not taken, but garbage gets through', async () => {
    const { backend } = setUpWith(
      { running: { forS: 0 }, end: { kind: 'foreign result' } },
      { running: { forS: 0 }, end: { kind: 'garbage' } },
      { running: { forS: 0 }, end: { kind: 'garbage', attempt: 7 } },
    );
    const handles = [1, 2, 3].map((attempt) => start(backend, 'a', attempt));
    expect(await backend.observe(await Promise.all(handles), NEVER)).toMatchObject([
      { kind: 'failed', failure: { errorType: 'lost' } },
      { kind: 'ended', result: { owner: 'somebody', attempt: 2 } },
      { kind: 'ended', result: { owner: 'owner-3', attempt: 7 } },
    ]);
  });

  test('the last script holds for all further attempts, and one can be given later', async () => {
    const crash = { running: { forS: 0 }, end: { kind: 'failed', errorType: 'crash' } } as const;
    const { place, backend } = setUpWith(crash, { running: { forS: 0 } });
    const kinds = [];
    for (const attempt of [1, 2, 3]) {
      const handle = await start(backend, 'a', attempt);
      kinds.push((await look(backend, handle)).kind);
    }
    expect(kinds).toEqual(['failed', 'ended', 'ended']);
    place.script('a-hmc-1', [crash]);
    expect((await look(backend, await start(backend, 'a', 4))).kind).toBe('failed');
  });

  test('the site ends it', async () => {
    const { place, backend } = setUp();
    const handle = await start(backend);
    place.end('a-hmc-1', { kind: 'failed', errorType: 'cancelled_by_site', error: 'by root' });
    place.end('a-hmc-1');
    expect(await look(backend, handle)).toMatchObject({
      kind: 'failed',
      failure: { errorType: 'cancelled_by_site', error: 'by root' },
    });
  });

  test('it cannot be ended, or ends with its result', async () => {
    const { backend } = setUpWith(
      { whenCancelled: 'cannot be ended' },
      { whenCancelled: 'finishes', end: { kind: 'error', errorType: 'diverged' } },
    );
    const handles = [await start(backend, 'a', 1), await start(backend, 'a', 2)];
    const answers = await backend.cancel(handles, NEVER);
    expect(answers).toMatchObject([{ kind: 'running' }, { result: { error_type: 'diverged' } }]);
    expect(await backend.observe(handles, NEVER)).toEqual(answers);
  });
});

describe('faults of the place:', () => {
  const failure = { stage: 'submit', errorType: 'auth', error: 'expired', traceback: '' } as const;

  test.each([
    'preflight',
    'discover',
    'submit',
    'observe',
    'cancel',
    'health',
    'usage',
    'storage.list',
    'storage.pull',
    'storage.remove',
  ] as const)('%s throws, hangs, is slow, and is well again', async (call) => {
    const { clock, place, backend } = setUp();
    const request = { jobs: [], resources: RESOURCES };
    const ask = (signal = NEVER): Promise<unknown> => {
      if (call === 'preflight') return backend.preflight(request, signal);
      if (call === 'discover' || call === 'health') return backend[call](signal);
      if (call === 'storage.list') return backend.storage?.list(signal) as Promise<unknown>;
      if (call === 'storage.pull')
        return backend.storage?.pull([], '/x', signal) as Promise<unknown>;
      if (call === 'storage.remove') return backend.storage?.remove([], signal) as Promise<unknown>;
      return backend[call]([], signal);
    };
    place.fault({ call, does: 'throw', when: 'before', times: 2, message: 'no route' });
    place.fault({ call, does: 'throw', when: 'after' });
    place.fault({ call, does: 'hang' });
    place.fault({ call, does: 'slow', forS: 10 });
    await expect(ask()).rejects.toMatchObject({ name: 'LlcError', code: 75, message: 'no route' });
    await expect(ask()).rejects.toMatchObject({ code: 75, message: 'no route' });
    await expect(ask()).rejects.toMatchObject({ code: 75 });

    const over = new AbortController();
    const hanging = ask(over.signal);
    over.abort();
    await expect(hanging).rejects.toBe(over.signal.reason);

    const order: string[] = [];
    const slow = ask().then(() => order.push('answered'));
    clock.advance(9);
    await Promise.resolve();
    order.push('9 s');
    clock.advance(1);
    await slow;
    expect(order).toEqual(['9 s', 'answered']);
    await ask();
    expect(place.calls[call]).toBe(6);
  });

  test('a deaf one hangs on beyond the signal, until the place is mended', async () => {
    const { place, backend } = setUp({
      faults: [{ call: 'health', does: 'hang', deaf: true, times: null }],
    });
    let settled = false;
    const over = new AbortController();
    const hanging = backend.health(over.signal).finally(() => {
      settled = true;
    });
    over.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    place.mend('health');
    await expect(hanging).rejects.toBe(over.signal.reason);
    expect(await backend.health(NEVER)).toEqual({ state: 'well', text: 'all is well' });
  });

  test('mending one kind of call leaves the others as they are', async () => {
    const { place, backend } = setUp({
      faults: [
        { call: 'health', does: 'throw', when: 'before', times: null },
        { call: 'discover', does: 'throw', when: 'before', times: null },
      ],
    });
    place.mend('discover');
    await backend.discover(NEVER);
    await expect(backend.health(NEVER)).rejects.toThrow();
    place.mend();
    await backend.health(NEVER);
  });

  test('a submission that throws before has taken nothing, one that throws after has', async () => {
    const { place, backend } = setUp();
    place.fault({ call: 'submit', does: 'throw', when: 'before' });
    await expect(start(backend)).rejects.toThrow();
    expect(place.attempts.all()).toEqual([]);
    place.fault({ call: 'submit', does: 'throw', when: 'after' });
    await expect(start(backend)).rejects.toThrow();
    const [taken] = place.attempts.all();
    expect(await start(fakeBackend(place))).toEqual(taken?.handle);
    expect(place.attempts.started().get('a-hmc-1')).toBe(1);
  });

  test('one that throws midway has taken the first ones', async () => {
    const { place, backend } = setUp();
    place.fault({ call: 'submit', does: 'throw midway', afterJobs: 2 });
    const attempts = ['a', 'b', 'c'].map((problem) => fakeAttempt(problem));
    await expect(backend.submit(attempts, NEVER)).rejects.toMatchObject({ code: 75 });
    expect(place.attempts.all().map(({ handle }) => handle.jobId)).toEqual(['a-hmc-1', 'b-hmc-1']);
    await backend.submit(attempts, NEVER);
    expect(place.attempts.all()).toHaveLength(3);
  });

  test('a refusal is of the jobs that it names, and of all if it names none', async () => {
    const { place, backend } = setUp();
    const attempts = ['a', 'b'].map((problem) => fakeAttempt(problem));
    const kinds = async () => (await backend.submit(attempts, NEVER)).map(({ kind }) => kind);
    place.fault({ call: 'submit', does: 'refuse', failure });
    expect(await kinds()).toEqual(['refused', 'refused']);
    place.fault({ call: 'submit', does: 'refuse', failure, only: ['b-hmc-1'] });
    expect(await kinds()).toEqual(['submitted', 'refused']);
    expect(await kinds()).toEqual(['submitted', 'submitted']);
  });

  test('preflight refuses with a failure and a hint', async () => {
    const { place, backend } = setUp();
    place.fault({ call: 'preflight', does: 'refuse', failure, hint: 'Log in.' });
    const request = { jobs: [], resources: RESOURCES };
    expect(await backend.preflight(request, NEVER)).toEqual({
      ok: false,
      failure,
      hint: 'Log in.',
    });
    expect((await backend.preflight(request, NEVER)).ok).toBe(true);
  });

  test('it cannot tell of some handles', async () => {
    const { place, backend } = setUp();
    const handles = [await start(backend, 'a'), await start(backend, 'b')];
    const only = ['b-hmc-1'];
    for (const call of ['observe', 'cancel', 'usage'] as const)
      place.fault({ call, does: 'not know', reason: 'lag', only });
    const unknown = { kind: 'unknown', reason: 'lag' };
    expect(await backend.observe(handles, NEVER)).toMatchObject([{ kind: 'running' }, unknown]);
    expect(await backend.cancel(handles, NEVER)).toEqual([{ kind: 'cancelled' }, unknown]);
    expect(await backend.usage(handles, NEVER)).toMatchObject([{ seconds: 0 }, null]);
    expect(await look(backend, handles[1] as JobHandle)).toEqual({ kind: 'cancelled' });
  });

  test('it tells old news', async () => {
    const { clock, place, backend } = setUpWith({
      waiting: [{ reason: 'Priority', forS: 5 }],
      running: { forS: 5 },
    });
    const handle = await start(backend);
    clock.advance(10);
    place.fault({ call: 'observe', does: 'tell old news', ageS: 3 });
    place.fault({ call: 'observe', does: 'tell old news', ageS: 8 });
    const kinds = [];
    for (let i = 0; i < 3; i++) kinds.push((await look(backend, handle)).kind);
    expect(kinds).toEqual(['running', 'waiting', 'ended']);
  });
});

describe('what the place has:', () => {
  test('partitions, accounts, prices, and what is left of them while jobs run', async () => {
    const { clock, backend } = setUp({ site: { ...SITE, slots: 1 } });
    await start(backend, 'a', 1, GPU);
    await start(backend, 'b', 1, GPU);
    clock.advance(18);
    expect(await backend.discover(NEVER)).toEqual({
      partitions: [
        {
          name: 'gpu',
          state: 'up',
          idleCpus: 31,
          gpus: [{ type: 'a100', total: 2, free: 1 }],
          limitMin: 1440,
          queued: 1,
          note: 'shared',
        },
      ],
      accounts: ['physics'],
      gpuTypes: [{ name: 'a100', perHour: 2 }],
      cores: null,
      memoryGb: null,
      maxJobs: null,
      budgetLeft: expect.closeTo(10 - (2 * 18) / 3600),
    });
  });

  test('preflight refuses GPUs that it has not, longer jobs than it takes, and a spent budget', async () => {
    const { clock, backend } = setUp({
      site: SITE,
      otherwise: [{ running: { forS: null } }],
    });
    const preflight = (resources: typeof RESOURCES) =>
      backend.preflight({ jobs: [], resources }, NEVER);
    expect(await preflight(GPU)).toEqual({ ok: true, notes: ['A job costs 2.00 $ an hour.'] });
    expect(await preflight({ ...GPU, gpuTypes: ['h100'] })).toMatchObject({
      ok: false,
      failure: { errorType: 'config' },
      hint: 'It has a100.',
    });
    expect((await preflight({ ...GPU, timeoutMin: 1441 })).ok).toBe(false);
    await start(backend, 'a', 1, GPU);
    clock.advance(5 * 3600);
    expect(await preflight(GPU)).toMatchObject({ ok: false, failure: { errorType: 'billing' } });
    expect(await backend.submit([fakeAttempt('b', 1, GPU)], NEVER)).toMatchObject([
      { kind: 'refused', failure: { errorType: 'billing' } },
    ]);
  });

  test('more jobs than it takes at once are refused', async () => {
    const { clock, backend } = setUp({ site: { maxJobs: 1 } });
    await start(backend, 'a');
    const next = () => backend.submit([fakeAttempt('b')], NEVER);
    expect(await next()).toMatchObject([{ failure: { errorType: 'throttled' } }]);
    clock.advance(30);
    expect(await next()).toMatchObject([{ kind: 'submitted' }]);
  });

  test('use is time, and price times time', async () => {
    const { clock, backend } = setUp({ site: SITE, otherwise: [{ running: { forS: 1800 } }] });
    const handle = await start(backend, 'a', 1, GPU);
    expect(await backend.usage([handle], NEVER)).toEqual([null]);
    clock.advance(3600);
    const used = { seconds: 1800, cpuHours: 0.5, gpuHours: 0.5, cost: 1 };
    expect(await backend.usage([handle], NEVER)).toEqual([used]);
  });

  test('health is what it is set to', async () => {
    const { place, backend } = setUp();
    place.health = { state: 'slow', text: 'slurmctld is busy' };
    expect(await backend.health(NEVER)).toEqual(place.health);
  });

  test('a run lies on the volume when its attempt has ended ok, and only then', async () => {
    const crash = { end: { kind: 'failed', errorType: 'crash' } } as const;
    const { clock, backend } = setUp({ jobs: { 'b-hmc-1': [crash] } });
    await start(backend, 'a');
    await start(backend, 'b');
    expect(await backend.storage?.list(NEVER)).toEqual([]);
    clock.advance(30);
    expect(await backend.storage?.list(NEVER)).toMatchObject([{ runId: 'run-a-1' }]);
    expect(fakeBackend(setUp().place, { storage: false }).storage).toBeNull();
  });
});

describe('waking', () => {
  test('comes at every turn that time brings, and not before', async () => {
    const { clock, backend } = setUpWith({
      waiting: [{ reason: 'Priority', forS: 10 }],
      running: { forS: 20 },
    });
    const handle = await start(backend);
    await backend.wake?.(NEVER);
    const kinds: string[] = [];
    for (const seconds of [10, 20]) {
      let woken = false;
      const waking = backend.wake?.(NEVER).then(() => {
        woken = true;
      });
      clock.advance(seconds - 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(woken).toBe(false);
      clock.advance(1);
      await waking;
      kinds.push((await look(backend, handle)).kind);
    }
    expect(kinds).toEqual(['running', 'ended']);
  });

  test('comes when somebody brings something about, also between two waits', async () => {
    const { place, backend } = setUp({ otherwise: [{ running: { forS: null } }] });
    await start(backend);
    await backend.wake?.(NEVER);
    const waking = backend.wake?.(NEVER);
    place.end('a-hmc-1');
    await waking;
    await start(backend, 'b');
    place.end('b-hmc-1');
    await backend.wake?.(NEVER);
  });
});

describe('of any place it holds that', () => {
  const script = fc.record({
    waiting: fc.array(fc.record({ reason: fc.constant('x'), forS: fc.nat(20) }), { maxLength: 2 }),
    startingS: fc.nat(5),
    running: fc.record({ forS: fc.nat(50) }),
    collectingS: fc.nat(5),
    whenCancelled: fc.constantFrom('ends', 'finishes', 'cannot be ended'),
  });
  const RANKS = ['waiting', 'starting', 'running', 'collecting', 'ended'];

  test('an attempt only goes forward, never more run than there are slots, and all end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
        async (scripts, slots, steps) => {
          const jobs = Object.fromEntries(scripts.map((one, i) => [`j${i}-hmc-1`, [one]]));
          const { clock, backend } = setUp({ site: { slots }, jobs });
          const handles = [];
          for (const i of scripts.keys()) handles.push(await start(backend, `j${i}`));
          let before = handles.map(() => 0);
          for (const step of [...steps, 1000]) {
            clock.advance(step);
            const seen = (await backend.observe(handles, NEVER)).map(({ kind }) => kind);
            const ranks = seen.map((kind) => RANKS.indexOf(kind));
            for (const [i, rank] of ranks.entries())
              expect(rank).toBeGreaterThanOrEqual(before[i] as number);
            before = ranks;
            const there = seen.filter((kind) => kind !== 'waiting' && kind !== 'ended');
            expect(there.length).toBeLessThanOrEqual(slots);
          }
          expect(before.every((rank) => RANKS[rank] === 'ended')).toBe(true);
        },
      ),
    );
  });

  test('whatever is submitted how often by whom through which faults, nothing starts twice', async () => {
    const act = fc.record({
      jobs: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      attempt: fc.integer({ min: 1, max: 2 }),
      fault: fc.constantFrom('none', 'before', 'after', 'midway'),
      waitS: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const { clock, place } = setUp();
        const ids = new Map<string, string>();
        for (const { jobs, attempt, fault, waitS } of acts) {
          if (fault === 'before' || fault === 'after')
            place.fault({ call: 'submit', does: 'throw', when: fault });
          if (fault === 'midway')
            place.fault({ call: 'submit', does: 'throw midway', afterJobs: 1 });
          const attempts = jobs.map((problem) => fakeAttempt(problem, attempt));
          const answers = await fakeBackend(place)
            .submit(attempts, NEVER)
            .catch(() => []);
          place.mend();
          for (const answer of answers) {
            if (answer.kind !== 'submitted') throw new Error('refused');
            const key = `${answer.handle.jobId}/${answer.handle.attempt}`;
            expect(answer.handle.id).toBe(ids.get(key) ?? answer.handle.id);
            ids.set(key, answer.handle.id);
          }
          clock.advance(waitS);
        }
        for (const count of place.attempts.started().values()) expect(count).toBeLessThanOrEqual(2);
        const keys = place.attempts.all().map(({ handle }) => `${handle.jobId}/${handle.attempt}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(place.attempts.mostAlive()).toBeLessThanOrEqual(keys.length);
      }),
    );
  });
});
