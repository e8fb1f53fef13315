import { describe, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import type { JobHandle } from '../../../src/dispatch/backend.ts';
import { RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { fakeAttempt, look, NEVER, setUp, setUpWith, start } from './set-up.ts';

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

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('one that hangs %s it was done has taken %i attempts', async (when, taken) => {
    const { place, backend } = setUp({ faults: [{ call: 'submit', does: 'hang', when }] });
    const over = new AbortController();
    const hanging = backend.submit([fakeAttempt('a')], over.signal);
    over.abort();
    await expect(hanging).rejects.toBe(over.signal.reason);
    expect(place.attempts.all()).toHaveLength(taken);
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

  test('an attempt that was taken before is found again, although further ones are refused', async () => {
    const { place, backend } = setUp({ site: { maxJobs: 1 } });
    const handle = await start(backend);
    place.fault({ call: 'submit', does: 'refuse', failure });
    for (let i = 0; i < 2; i++) expect(await start(fakeBackend(place))).toEqual(handle);
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
