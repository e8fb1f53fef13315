import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localBackend } from '../../../src/backends/local/local-backend.ts';
import { preflightLocal } from '../../../src/backends/local/preflight.ts';
import { workerEnvironment } from '../../../src/backends/local/worker-environment.ts';
import type { Backend, JobHandle } from '../../../src/dispatch/backend.ts';
import type { GpuReport } from '../../../src/dispatch/gpu/gpu-report.ts';
import { identityOf, standingOf } from '../../../src/dispatch/process-identity.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { attemptIn, backendIn, NEVER, STAND_IN, seen, start } from './attempts.ts';

let dir = '';
let backend: Backend;
const started: JobHandle[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-local-'));
  backend = backendIn(dir);
});
afterEach(async () => {
  await backendIn(dir, { graceMs: 0 }).cancel(started.splice(0), NEVER);
  rmSync(dir, { recursive: true });
});

async function run(problem: string, by = backend): Promise<JobHandle> {
  const handle = await start(by, attemptIn(dir, problem));
  started.push(handle);
  return handle;
}

describe('a worker', () => {
  test('that writes a result has ended with it', async () => {
    const { result } = await seen(backend, await run('ok'), 'ended');
    expect(result).toMatchObject({ status: 'ok', owner: 'owner-1', run_id: 'run-ok-1' });
  });

  test('that says in its result what it failed of has ended with that', async () => {
    const { result } = await seen(backend, await run('diverged'), 'ended');
    expect(result).toMatchObject({ status: 'error', error_type: 'diverged', stage: 'sampling' });
  });

  test('shows where it runs and how far it is', async () => {
    const handle = await run('hang');
    for (;;) {
      const observation = await seen(backend, handle, 'running');
      if (observation.progress === null) continue;
      const since = handle.data['startedAt'];
      expect(observation).toMatchObject({ on: hostname(), since, progress: { done: 10 } });
      break;
    }
  });

  test('names the GPU beside the machine once it has opened it', async () => {
    const handle = await run('on-gpu');
    let on = hostname();
    while (on === hostname()) on = (await seen(backend, handle, 'running')).on;
    expect(on).toBe(`${hostname()}, NVIDIA A100-SXM4-80GB`);
  });

  test('that lives on after its result is ended, and the result counts', async () => {
    const impatient = backendIn(dir, { lingerMs: 0 });
    const handle = await run('lingers', impatient);
    const { result } = await seen(impatient, handle, 'ended');
    expect(result.status).toBe('ok');
    await impatient.wake?.(NEVER);
    expect((await standingOf(placeOf(handle))).alive).toBe(false);
  });

  test('is collecting for as long as it may live on', async () => {
    expect(await seen(backend, await run('lingers'), 'collecting')).toEqual({ kind: 'collecting' });
  });

  test.each([
    ['crash', 'crash', 'exit code 3', 'setup'],
    ['no-result', 'crash', 'as if all were well', 'setup'],
    ['garbage', 'crash', 'left no result', 'setup'],
    ['other-owner', 'crash', 'left no result', 'start'],
    ['sigkill', 'crash', 'SIGKILL', 'sampling'],
    ['exit-137', 'crash', 'SIGKILL', 'start'],
    ['heap', 'oom', '--mem-gb', 'start'],
    ['disc-full', 'disk_full', 'Free space', 'start'],
  ])('%s has failed of %s and says %s', async (problem, errorType, text, stage) => {
    const { failure } = await seen(backend, await run(problem), 'failed');
    expect(failure).toMatchObject({ errorType, stage });
    expect(failure.error).toContain(text);
    expect(failure.error).toContain(join(dir, `${problem}-hmc-1`, 'attempt-1'));
    expect(failure.error).not.toMatch(/[^\P{Cc}\t\n]/u);
  });

  test('shows the end of its log, made harmless', async () => {
    const { failure } = await seen(backend, await run('crash'), 'failed');
    expect(failure.error).toContain('Its log ends: TypeError: x is not a function');
    expect(failure.log).toBe(join(dir, 'crash-hmc-1', 'attempt-1', 'stderr.log'));
  });

  test('killed from outside says so, so that the same text twice proves nothing', async () => {
    const { failure } = await seen(backend, await run('sigkill'), 'failed');
    expect(failure.fromOutside).toBe(true);
  });

  test('gets its memory as a limit, and no secrets', async () => {
    process.env['MODAL_TOKEN_SECRET'] = 'ak-1';
    try {
      const knowing = backendIn(dir);
      const handle = await run('environment', knowing);
      await seen(knowing, handle, 'ended');
      const path = join(dir, 'environment-hmc-1', 'attempt-1', 'environment.json');
      const environment = JSON.parse(readFileSync(path, 'utf8'));
      expect(environment).not.toHaveProperty('MODAL_TOKEN_SECRET');
      expect(environment.PATH).toBe(process.env['PATH']);
      expect(environment.ARGS).toBe('--max-old-space-size=1024');
    } finally {
      delete process.env['MODAL_TOKEN_SECRET'];
    }
  });
});

describe('cancelling', () => {
  test('asks, and the worker ends', async () => {
    const handle = await run('hang');
    await seen(backend, handle, 'running');
    expect(await backend.cancel([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
    expect((await standingOf(placeOf(handle))).alive).toBe(false);
  });

  test('kills one that does not listen', async () => {
    const strict = backendIn(dir, { graceMs: 50 });
    const handle = await run('stubborn', strict);
    await seen(strict, handle, 'running');
    expect(await strict.cancel([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
    expect((await standingOf(placeOf(handle))).alive).toBe(false);
  });

  test('keeps a result that comes in time', async () => {
    const handle = await run('finishes-when-asked');
    await seen(backend, handle, 'running');
    expect(await backend.cancel([handle], NEVER)).toMatchObject([
      { kind: 'ended', result: { status: 'ok' } },
    ]);
  });
});

describe('a later dispatcher', () => {
  test('finds a worker by its handle alone, running, then ended', async () => {
    const handle = await run('finishes-when-asked');
    const later = backendIn(dir);
    const same = JSON.parse(JSON.stringify(handle)) as JobHandle;
    await seen(later, same, 'running');
    expect(await later.cancel([same], NEVER)).toMatchObject([{ kind: 'ended' }]);
  });

  test('says lost where the process is gone without a result', async () => {
    const handle = await run('sigkill');
    await seen(backend, handle, 'failed');
    const { failure } = await seen(backendIn(dir), handle, 'failed');
    expect(failure).toMatchObject({ errorType: 'lost', stage: 'sampling' });
  });

  test('says oom where the kernel has killed for lack of memory since the start', async () => {
    const handle = await run('sigkill');
    await seen(backend, handle, 'failed');
    const oomCounter = join(dir, 'memory.events');
    writeFileSync(oomCounter, 'low 0\noom_kill 5\n');
    const killed = { ...handle, data: { ...handle.data, oomCounter, oomKills: 4 } };
    const { failure } = await seen(backendIn(dir), killed, 'failed');
    expect(failure.errorType).toBe('oom');
    const before = { ...killed, data: { ...killed.data, oomKills: 5 } };
    expect((await seen(backendIn(dir), before, 'failed')).failure.errorType).toBe('lost');
  });

  test('says node_failure where the machine was restarted', async () => {
    const handle = await run('sigkill');
    await seen(backend, handle, 'failed');
    const earlier = { ...handle, data: { ...handle.data, boot: 'another boot' } };
    const { failure } = await seen(backendIn(dir), earlier, 'failed');
    expect(failure.errorType).toBe('node_failure');
  });

  test('does not start an attempt again whose hand-over was interrupted', async () => {
    const { pid, start: begun } = (await run('mute')).data;
    const mute = await start(backendIn(dir), attemptIn(dir, 'mute'));
    expect(mute.data).toMatchObject({ pid, start: begun });

    const handle = await run('hang');
    await seen(backend, handle, 'running');
    const hanging = await start(backendIn(dir), attemptIn(dir, 'hang'));
    expect(hanging.data).toMatchObject({ pid: handle.data['pid'], start: handle.data['start'] });
    expect(await start(backend, attemptIn(dir, 'hang'))).toBe(handle);
  });

  test('does not touch a process that has taken the pid over', async () => {
    const handle = await run('mute');
    const stranger = { ...handle, data: { ...handle.data, start: '1' } };
    await backendIn(dir).cancel([stranger], NEVER);
    expect((await standingOf(placeOf(handle))).alive).toBe(true);
  });

  test('waits for the first word of a worker on another host, and takes the attempt from it to cancel', async () => {
    const handle = await run('mute');
    const elsewhere = { ...handle, data: { ...handle.data, host: 'elsewhere' } };
    const later = backendIn(dir);
    expect(await later.observe([elsewhere], NEVER)).toMatchObject([
      { kind: 'starting', on: 'elsewhere' },
    ]);
    expect(await later.cancel([elsewhere], NEVER)).toMatchObject([{ kind: 'cancelled' }]);
    const payload = readFileSync(join(String(handle.data['dir']), 'payload.json'), 'utf8');
    expect(JSON.parse(payload)).not.toMatchObject({ owner: handle.owner });
    // A process here that happens to have its number is not touched.
    expect((await standingOf(placeOf(handle))).alive).toBe(true);
  });
});

test('a folder that cannot be written to refuses that job alone', async () => {
  const bad = attemptIn(dir, 'ok');
  const inTheWay = join(dir, 'file');
  writeFileSync(inTheWay, '');
  const answers = await backend.submit(
    [{ ...bad, dir: join(inTheWay, 'attempt-1') }, attemptIn(dir, 'hang')],
    NEVER,
  );
  expect(answers).toMatchObject([
    { kind: 'refused', jobId: 'ok-hmc-1', failure: { stage: 'start' } },
    { kind: 'submitted' },
  ]);
  if (answers[1]?.kind === 'submitted') started.push(answers[1].handle);
});

test('a living worker is told from memory for a moment, its end at once', async () => {
  const calm = backendIn(dir, { lookEveryMs: 1e9 });
  const handle = await run('mute', calm);
  const [first] = await calm.observe([handle], NEVER);
  expect(first).toEqual({ kind: 'starting', on: hostname(), since: handle.data['startedAt'] });
  expect((await calm.observe([handle], NEVER))[0]).toBe(first);
  process.kill(Number(handle.data['pid']), 'SIGKILL');
  await calm.wake?.(NEVER);
  expect(await calm.observe([handle], NEVER)).toMatchObject([{ kind: 'failed' }]);
});

test('an end is told as often as it is asked, also by cancelling', async () => {
  for (const [problem, kind] of [
    ['ok', 'ended'],
    ['crash', 'failed'],
  ] as const) {
    const handle = await run(problem);
    const end = await seen(backend, handle, kind);
    expect(await backend.observe([handle, handle], NEVER)).toEqual([end, end]);
    expect(await backend.cancel([handle], NEVER)).toEqual([end]);
    expect(await backend.observe([handle], NEVER)).toEqual([end]);
  }
  const handle = await run('hang');
  await seen(backend, handle, 'running');
  await backend.cancel([handle], NEVER);
  expect(await backend.observe([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
});

test('an attempt that has its result is not started; its end is told, by whomever', async () => {
  const handle = await run('ok');
  const end = await seen(backend, handle, 'ended');
  const later = backendIn(dir);
  const again = await start(later, attemptIn(dir, 'ok'));
  expect(await later.observe([again], NEVER)).toEqual([end]);
  rmSync(join(dir, 'ok-hmc-1', 'attempt-1', 'hello.json'));
  rmSync(join(dir, 'ok-hmc-1', 'attempt-1', 'stderr.log'));
  const unheard = await start(backendIn(dir), attemptIn(dir, 'ok'));
  expect(unheard.id).toBe('0');
  expect(await backendIn(dir).observe([unheard], NEVER)).toEqual([end]);
  expect(existsSync(join(dir, 'ok-hmc-1', 'attempt-1', 'stderr.log'))).toBe(false);
});

test('called off, nothing is started and cancelling waits for nobody', async () => {
  const off = AbortSignal.abort();
  const patient = backendIn(dir, { graceMs: 1e9 });
  expect(await patient.submit([attemptIn(dir, 'ok')], off)).toMatchObject([{ kind: 'refused' }]);
  const handle = await run('stubborn', patient);
  await seen(patient, handle, 'running');
  expect(await patient.cancel([handle], off)).toEqual([{ kind: 'cancelled' }]);
  await patient.wake?.(off);
});

test('a worker that ends wakes whoever waits', async () => {
  const handle = await run('ok');
  await Promise.all([backend.wake?.(NEVER), backend.wake?.(NEVER)]);
  expect(await backend.observe([handle], NEVER)).toMatchObject([{ kind: 'ended' }]);
  const over = new AbortController();
  const waiting = backend.wake?.(over.signal);
  over.abort();
  await waiting;
});

test('as many jobs at once as cores allow, at least one, or as the user says; on a GPU one', () => {
  const options = { workerPath: STAND_IN, runsDir: dir };
  expect(localBackend({ ...options, cpus: 1 }).concurrency).toBe(availableParallelism());
  expect(localBackend({ ...options, cpus: 4096 }).concurrency).toBe(1);
  expect(localBackend({ ...options, cpus: 4096, workers: 7 }).concurrency).toBe(7);
  expect(localBackend({ ...options, cpus: 1, workers: 7, gpu: true }).concurrency).toBe(1);
});

describe('preflight', () => {
  const request = { jobs: [standInJob('ok')], resources: RESOURCES };
  const NO_GPU = { missing: 'the Vulkan loader is not there', remedy: 'Install it.' };
  const check = (
    more: object = {},
    workerPath = STAND_IN,
    runsDir = join(dir, 'runs'),
    nodeVersion = process.versions.node,
    report: GpuReport = { adapter: null, refusal: NO_GPU },
  ) =>
    preflightLocal(
      { ...request, resources: { ...RESOURCES, ...more } },
      {
        workerPath,
        runsDir,
        nodeVersion,
        gpu: async () => report,
      },
    );

  test('passes where all is there, and leaves nothing behind', async () => {
    expect(await check()).toEqual({ ok: true, notes: [] });
    expect(existsSync(join(dir, 'runs', `.writable-${process.pid}`))).toBe(false);
  });

  test.each(['vectorized', 'sequential'])('refuses --gpu-mode %s in words', async (gpuMode) => {
    expect(await check({ gpuMode })).toMatchObject({
      ok: false,
      failure: {
        stage: 'preflight',
        errorType: 'unavailable',
        error: `--gpu-mode ${gpuMode} is not possible here: the Vulkan loader is not there.`,
      },
      hint: 'Install it.',
    });
  });

  test('refuses a target that no GPU computes, whatever GPU is there', async () => {
    const jobs = [quadraticJob()];
    const resources = { ...RESOURCES, gpuMode: 'vectorized' } as const;
    const needs = { workerPath: STAND_IN, runsDir: join(dir, 'runs'), gpu: neverAsked };
    expect(await preflightLocal({ ...request, jobs, resources }, needs)).toMatchObject({
      ok: false,
      failure: { error: expect.stringContaining('not quadratic') },
      hint: 'Use --gpu-mode off.',
    });
  });

  test('tells on which GPU jobs will compute', async () => {
    const software = false;
    const adapter = {
      name: 'L40S',
      vendor: 'nvidia',
      backend: 'vulkan',
      driver: '570.86',
      software,
    };
    const report = { adapter, refusal: null };
    expect(await check({ gpuMode: 'vectorized' }, undefined, undefined, undefined, report)).toEqual(
      {
        ok: true,
        notes: ['Jobs compute on L40S by vulkan (570.86), one at a time.'],
      },
    );
  });

  test('refuses without a worker, with an old Node, and where runs cannot be written', async () => {
    expect(await check({}, join(dir, 'none.js'))).toMatchObject({ ok: false });
    expect(await check({}, STAND_IN, undefined, '20.20.2')).toMatchObject({
      ok: false,
      failure: { errorType: 'config' },
    });
    writeFileSync(join(dir, 'file'), '');
    expect(await check({}, STAND_IN, join(dir, 'file', 'runs'))).toMatchObject({ ok: false });
  });

  test('notes a job that asks for more than the machine has', async () => {
    const answer = await check({ cpus: 4096, memoryGb: 1e6 });
    expect(answer.ok && answer.notes).toHaveLength(2);
  });

  test.skipIf(process.getuid?.() === 0)('refuses a folder without the right to write', async () => {
    chmodSync(dir, 0o500);
    const answer = await check();
    chmodSync(dir, 0o700);
    expect(answer).toMatchObject({ ok: false, failure: { errorType: 'permission' } });
  });
});

test('tells its cores and memory, and how it is', async () => {
  expect(await backend.discover(NEVER)).toMatchObject({
    cores: availableParallelism(),
    gpuTypes: [],
  });
  expect(['well', 'slow']).toContain((await backend.health(NEVER)).state);
});

test('a used worker tells its seconds and no price', async () => {
  const handle = await run('ok');
  await seen(backend, handle, 'ended');
  const [usage] = await backend.usage([handle], NEVER);
  expect(usage).toMatchObject({ cost: null });
  expect(usage?.seconds).toBeGreaterThanOrEqual(0);
});

test('the environment of a worker holds nothing secret', () => {
  const environment = {
    PATH: '/bin',
    HF_TOKEN: 'x',
    AWS_PROFILE: 'x',
    OPENAI_API_KEY: 'x',
    DB_PASSWORD: 'x',
    NODE_OPTIONS: '--inspect',
    OMP_NUM_THREADS: '2',
    LLC_CODE_VERSION: 'v',
  };
  expect(workerEnvironment(environment)).toEqual({
    PATH: '/bin',
    OMP_NUM_THREADS: '2',
    LLC_CODE_VERSION: 'v',
  });
});

test('a process is told from a later one of the same pid', async () => {
  const own = await identityOf(process.pid);
  expect((await standingOf(own)).alive).toBe(true);
  expect((await standingOf({ ...own, start: '0' })).alive).toBe(false);
  expect((await standingOf({ ...own, boot: 'x' })).alive).toBe(false);
});

function placeOf({ data }: JobHandle) {
  return { pid: Number(data['pid']), start: String(data['start']), boot: String(data['boot']) };
}

function quadraticJob() {
  const job = standInJob('bowl');
  return { ...job, config: { ...job.config, target: 'quadratic' as const } };
}

async function neverAsked(): Promise<never> {
  throw new Error('the GPU was asked for');
}
