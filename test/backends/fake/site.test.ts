import { describe, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { fakeAttempt, NEVER, setUp, start } from './set-up.ts';

const GPU = { ...RESOURCES, gpuMode: 'vectorized', gpuTypes: ['h100', 'a100'] } as const;
const SITE = {
  partitions: [
    { name: 'gpu', cpus: 32, gpus: [{ type: 'a100', total: 2 }], limitMin: 1440, note: 'shared' },
  ],
  accounts: ['physics'],
  prices: { a100: 2 },
  budget: 10,
};

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

  test('what a job costs an hour, as long as it has its machine', async () => {
    const { clock, backend } = setUp({ site: SITE });
    const handle = await start(backend, 'a', 1, GPU);
    clock.advance(0.5);
    expect(await backend.observe([handle], NEVER)).toMatchObject([{ kind: 'running', perHour: 2 }]);
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

  test('a GPU type on which a job was never begun comes last for its next attempt', async () => {
    const gpus = ['h100', 'a100'].map((type) => ({ type, total: 2 }));
    const { place, backend } = setUp({
      site: { partitions: [{ name: 'gpu', cpus: 32, gpus }] },
      jobs: { 'a-hmc-1': [{ waiting: [{ reason: 'no h100', forS: null }] }, {}] },
    });
    await backend.cancel([await start(backend, 'a', 1, GPU)], NEVER);
    await start(backend, 'a', 2, GPU);
    await start(backend, 'b', 1, GPU);
    expect(place.attempts.all().map(({ placement }) => placement.gpu)).toEqual([
      'h100',
      'a100',
      'h100',
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

  test('how it is tells what is left to spend, where somebody counts', async () => {
    const counted = setUp({ site: SITE, otherwise: [{ running: { forS: 1800 } }] });
    await start(counted.backend, 'a', 1, GPU);
    counted.clock.advance(3600);
    expect(await counted.backend.health(NEVER)).toMatchObject({ state: 'well', budgetLeft: 9 });
    expect(await setUp({}).backend.health(NEVER)).toEqual({ state: 'well', text: 'all is well' });
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
