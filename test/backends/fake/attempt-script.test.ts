import { describe, expect, test } from 'vitest';
import { ERROR_TYPES } from '../../../src/dispatch/job/words.ts';
import { look, NEVER, setUp, setUpWith, start } from './set-up.ts';

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

  test('what comes after its end changes nothing, also when nobody has looked meanwhile', async () => {
    const { clock, place, backend } = setUp();
    const handle = await start(backend);
    clock.advance(30);
    place.end('a-hmc-1', { kind: 'failed', errorType: 'preempted' });
    expect(await look(backend, handle)).toMatchObject({
      kind: 'ended',
      result: { duration_s: 30 },
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
