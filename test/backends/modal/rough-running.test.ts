import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import type { Attempt, Backend, Submission } from '../../../src/dispatch/backend.ts';
import type { Resources } from '../../../src/dispatch/job/job-spec.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import type { PlaneSandbox } from '../../modal-plane/sandboxes.ts';
import { ourVolume, storeRun } from '../../modal-plane/store-run.ts';
import { payloadOf } from '../../worker/attempts.ts';
import { attemptIn, describeWithContainers, NEVER, onPlane, seen, start } from './on-plane.ts';
import { bundleStandIn } from './stand-in-bundle.ts';

const at = onPlane();
const GPU: Partial<Resources> = { gpuMode: 'vectorized', gpuTypes: ['H100', 'L40S'] };

let programs: { workerPath: string; sandboxPath: string };
beforeAll(async () => {
  programs = await bundleStandIn();
});

const backendHere = (): Backend => at.backend({ ...programs, graceMs: 500 });
function attempt(problem: string, number = 1, more: Partial<Resources> = {}): Attempt {
  const [job, resources] = [standInJob(problem), { ...RESOURCES, ...more }];
  return attemptIn(at.dir, payloadOf({ sampler: 'hmc' }, { job, resources }), number);
}
function only(): PlaneSandbox {
  const [sandbox, ...others] = at.plane.sandboxes.all.values();
  if (sandbox === undefined || others.length > 0) throw new Error('not one sandbox');
  return sandbox;
}
const submit = async (one: Attempt): Promise<Submission | undefined> =>
  (await backendHere().submit([one], NEVER))[0];

describeWithContainers('asking for a sandbox', () => {
  test('tags and name say whose it is, and its id is written down at once', async () => {
    const one = attempt('hang');
    const handle = await start(backendHere(), one);
    const { name, tags, id } = only();
    expect(name).toMatch(/^llc-hang-hmc-1-a1-[0-9a-f]{12}$/);
    expect(tags.map(({ tagName }) => tagName)).toEqual([
      'llc-sweep',
      'llc-job',
      'llc-attempt',
      'llc-schema',
    ]);
    expect(handle.id).toBe(id);
    expect(JSON.parse(readFileSync(attemptLayout(one.dir).sandbox, 'utf8')).sandboxId).toBe(id);
  });

  test.each([2, 3])('%i answers in a row that it is unavailable are waited out', async (times) => {
    at.plane.faults.add({ on: 'sandboxCreate', code: 14, times });
    expect((await submit(attempt('hang')))?.kind).toBe('submitted');
  });

  test('after five nobody knows; handed over again, there is one', async () => {
    at.plane.faults.add({ on: 'sandboxCreate', code: 14, times: 5 });
    await expect(submit(attempt('hang'))).rejects.toThrow('Modal did not start a sandbox');
    expect((await submit(attempt('hang')))?.kind).toBe('submitted');
    expect(only().result).toBeNull();
  });

  test('one whose answer was lost is found by its name', async () => {
    at.plane.faults.add({ on: 'sandboxCreate', code: 14, times: 5, afterwards: true });
    expect((await submit(attempt('hang')))?.kind).toBe('submitted');
    only();
  });

  test('a client that died before it wrote the id down finds its sandbox', async () => {
    const one = attempt('hang');
    const handle = await start(backendHere(), one);
    const { sandbox } = attemptLayout(one.dir);
    const record = JSON.parse(readFileSync(sandbox, 'utf8'));
    writeFileSync(sandbox, JSON.stringify({ ...record, sandboxId: null }));
    expect(await start(backendHere(), one)).toEqual(handle);
    only();
  });

  test('even where it has lost all that it had written', async () => {
    const one = attempt('hang');
    const handle = await start(backendHere(), one);
    rmSync(attemptLayout(one.dir).sandbox);
    expect((await start(backendHere(), one)).id).toBe(handle.id);
    only();
  });

  test('it waits where Modal limits how fast they may come', async () => {
    at.plane.faults.add({ on: 'sandboxCreate', code: 8, details: 'rate limit', times: 2 });
    at.plane.faults.add({ on: 'sandboxCreate', code: 8, retryAfterS: 0.2, times: 2 });
    expect((await submit(attempt('hang')))?.kind).toBe('submitted');
    only();
  });

  test('an image or a volume that was removed meanwhile is made anew', async () => {
    at.plane.faults.add({ on: 'sandboxCreate', code: 5, details: 'Image not found', times: 1 });
    expect((await submit(attempt('hang')))?.kind).toBe('submitted');
  });

  test('nothing more is started in an app that a person has stopped, until the sweep is gone on with', async () => {
    const backend = backendHere();
    await start(backend, attempt('hang', 1));
    for (const appId of at.plane.apps.values())
      await (at.plane.accountCalls['appStop'] as (r: object) => Promise<object>)({ appId });
    const [answer] = await backend.submit([attempt('ok', 2)], NEVER);
    if (answer?.kind !== 'refused') throw new Error('not refused');
    expect(answer.failure).toMatchObject({ errorType: 'cancelled_by_site', holdsSweep: true });
    expect(answer.failure.error).toContain('llc retry');
    expect(at.plane.apps.size).toBe(0);
    await start(backend, attempt('ok', 3));
    expect(at.plane.apps.size).toBe(1);
  });

  test.each([
    [9, 'workspace billing cycle spend limit reached', 'billing'],
    [16, 'token expired', 'auth'],
    [7, 'no access to this environment', 'permission'],
  ])(
    'one refusal that concerns all is told to all, and Modal asked no more: %i %s',
    async (code, details, errorType) => {
      const backend = backendHere();
      const many = Array.from({ length: 30 }, (_, i) => attempt('hang', i + 1));
      const first = await start(backend, many[0] as Attempt);
      at.plane.faults.add({ on: 'sandboxCreate', code, details });
      const [begun, ...others] = await backend.submit(many, NEVER);
      expect(begun).toEqual({ kind: 'submitted', handle: first });
      for (const answer of others)
        expect(answer).toMatchObject({ kind: 'refused', failure: { errorType, holdsSweep: true } });
      // As many as are asked for at once.
      expect(at.plane.calls.filter((name) => name === 'sandboxCreate').length).toBeLessThan(12);
    },
  );

  test('where a sandbox may have been left behind, an answer about the account is no answer about it', async () => {
    const one = attempt('hang');
    await start(backendHere(), one);
    const { sandbox } = attemptLayout(one.dir);
    const record = JSON.parse(readFileSync(sandbox, 'utf8'));
    writeFileSync(sandbox, JSON.stringify({ ...record, sandboxId: null }));
    at.plane.faults.add({ on: 'sandboxGetFromName', code: 16, details: 'token expired', times: 1 });
    await expect(submit(one)).rejects.toThrow('token expired');
    expect((await submit(one))?.kind).toBe('submitted');
    only();
  });

  test.each([
    [9, 'workspace billing cycle spend limit reached', 'billing', /top up/i],
    [16, 'token expired', 'auth', /MODAL_TOKEN_ID/],
    [7, 'no access to this environment', 'permission', /MODAL_ENVIRONMENT/],
  ])('refusals are told in words: %i %s', async (code, details, errorType, hint) => {
    at.plane.faults.add({ on: 'sandboxCreate', code, details });
    const answer = await submit(attempt('hang'));
    if (answer?.kind !== 'refused') throw new Error('not refused');
    expect(answer.failure).toMatchObject({ errorType, stage: 'submit' });
    expect(answer.failure.error).toContain(details);
    expect(answer.failure.error).toMatch(hint);
  });

  test('a GPU that Modal does not have', async () => {
    const answer = await submit(attempt('hang', 1, { ...GPU, gpuTypes: ['Z900'] }));
    if (answer?.kind !== 'refused') throw new Error('not refused');
    expect(answer.failure.errorType).toBe('config');
    expect(answer.failure.error).toMatch(/Z900.*--gpu-types/s);
  });
});

describeWithContainers('waiting for a machine', () => {
  test('a GPU that is never free is told as waiting; ended, the next attempt asks for the next', async () => {
    at.plane.sandboxes.neverScheduled = ({ definition }) =>
      definition.resources?.gpuConfig?.gpuType === 'H100';
    const backend = backendHere();
    const first = await start(backend, attempt('ok', 1, GPU));
    const waiting = await seen(backend, first, 'waiting');
    expect(waiting.reason).toBe('no H100');
    expect(await backend.cancel([first], NEVER)).toEqual([{ kind: 'cancelled' }]);

    const second = await start(backend, attempt('ok', 2, GPU));
    const { on } = await seen(backend, second, 'running', 'starting');
    expect(on).toContain('(L40S)');
    await seen(backend, second, 'ended');
  });

  test('an attempt that crashed is no reason for another GPU', async () => {
    const backend = backendHere();
    await seen(backend, await start(backend, attempt('crash', 1, GPU)), 'failed');
    await start(backend, attempt('crash', 2, GPU));
    const gpus = [...at.plane.sandboxes.all.values()].map(
      ({ definition }) => definition.resources?.gpuConfig?.gpuType,
    );
    expect(gpus).toEqual(['H100', 'H100']);
  });
});

describeWithContainers('how a sandbox ends', () => {
  async function failureAfter(problem: string, end?: (sandbox: PlaneSandbox) => void) {
    const backend = backendHere();
    const handle = await start(backend, attempt(problem));
    if (end !== undefined) {
      await seen(backend, handle, 'running');
      end(only());
    }
    return (await seen(backend, handle, 'failed')).failure;
  }

  test('a crash, with the end of its log and its path', async () => {
    const failure = await failureAfter('crash');
    expect(failure).toMatchObject({ errorType: 'crash', stage: 'setup' });
    expect(failure.error).toContain('ended with exit code 3');
    expect(failure.error).toContain('TypeError: x is not a function');
    expect(readFileSync(failure.log ?? '', 'utf8')).toContain('TypeError');
  });

  test('a worker that was killed', async () => {
    const failure = await failureAfter('sigkill');
    expect(failure).toMatchObject({ errorType: 'crash', fromOutside: true, stage: 'sampling' });
    expect(failure.error).toMatch(/SIGKILL.*--mem-gb/s);
  });

  test('a sandbox that was killed with all in it', async () => {
    const failure = await failureAfter('hang', ({ process: child }) => {
      process.kill(-(child?.pid ?? 0), 'SIGKILL');
    });
    expect(failure).toMatchObject({ errorType: 'crash', fromOutside: true });
  });

  test.each([
    ['preemption', 3, 137, 'preempted by a higher-priority task', 'preempted'],
    ['a person, or nobody knows who', 3, 137, '', 'preempted'],
    ['its machine short of memory', 8, 137, 'evicted', 'preempted'],
    ['the limit', 4, 124, '', 'timeout'],
    ['memory', 2, 137, 'container ran out of memory', 'oom'],
    ['Modal', 6, 1, 'internal error', 'node_failure'],
  ])('%s', async (_, status, code, exception, errorType) => {
    const failure = await failureAfter('hang', (sandbox) =>
      at.plane.sandboxes.end(sandbox, status, code, exception),
    );
    expect(failure.errorType).toBe(errorType);
    if (exception !== '') expect(failure.error).toContain(exception);
  });

  test('memory that Node ran out of', async () => {
    expect((await failureAfter('heap')).errorType).toBe('oom');
  });

  test('no result, although all seemed well', async () => {
    expect((await failureAfter('no-result')).error).toContain('left no result');
  });

  test('results of somebody else are not taken', async () => {
    const failure = await failureAfter('other-owner');
    expect(failure.errorType).toBe('crash');
  });
});

describeWithContainers('what goes wrong on the way does not touch a job that runs', () => {
  test.each(['sandboxGetLogs', 'sandboxWait', 'sandboxGetTaskId', 'volumeGetFile2'])(
    '%s is unavailable five times',
    async (on) => {
      at.plane.faults.add({ on, code: 14, times: 5 });
      const backend = backendHere();
      const handle = await start(backend, attempt('ok'));
      await seen(backend, handle, 'ended');
      only();
    },
  );

  test('where nothing can be seen, that is told, and not silence', async () => {
    const backend = backendHere();
    const handle = await start(backend, attempt('hang'));
    at.plane.faults.add({ on: 'sandboxGetLogs', code: 14 });
    const { reason } = await seen(backend, handle, 'unknown');
    expect(reason).toContain('Modal does not give the output');
    at.plane.faults.clear();
    await seen(backend, handle, 'running');
  });

  test('a commit that lags behind the end is waited for', async () => {
    at.plane.sandboxes.commitLagMs = 1500;
    const backend = backendHere();
    const handle = await start(backend, attempt('ok'));
    await seen(backend, handle, 'collecting');
    await seen(backend, handle, 'ended');
    expect(await runExists(join(at.dir, 'runs', 'run-ok-1'))).toBe(true);
  });

  test('one that never comes is a run that was lost', async () => {
    at.plane.sandboxes.commitLagMs = 1e6;
    const backend = backendHere();
    const handle = await start(backend, attempt('ok'));
    const { failure } = await seen(backend, handle, 'failed');
    expect(failure).toMatchObject({ errorType: 'lost', stage: 'collect' });
    expect(failure.error).toContain('did not appear on the volume within 5 s');
  });

  test('a result whose output has expired is found on the volume', async () => {
    const backend = backendHere();
    const handle = await start(backend, attempt('ok'));
    at.plane.sandboxes.outputExpires = true;
    const sandbox = only();
    while (sandbox.result === null) await new Promise((resolve) => setTimeout(resolve, 10));
    const { result } = await seen(backendHere(), handle, 'ended');
    expect(result.status).toBe('ok');
  });

  test('a download that breaks off goes on where it was', async () => {
    at.plane.volumes.breakOffAfter = 20_000;
    await storeRun(at.plane, 'run-a');
    const storage = backendHere().storage;
    const [failure] = (await storage?.pull(['run-a'], join(at.dir, 'runs'), NEVER)) ?? [];
    expect(failure?.error).toContain('Pull it again: it goes on from there');
    expect(await storage?.pull(['run-a'], join(at.dir, 'runs'), NEVER)).toEqual([null]);
    const starts = at.plane.volumes.blocksServed
      .filter((served) => served.startsWith('run-a/hmc.nc'))
      .map((served) => served.split(' ')[1]);
    expect(starts[0]).toBe('0+40000');
    expect(starts.at(-1)).toMatch(/^20\d{3}\+/);
  });

  test('a run of several blocks comes whole', async () => {
    await storeRun(at.plane, 'run-a', { 'hmc.nc': Buffer.alloc(20 * 2 ** 20, 3) });
    const storage = backendHere().storage;
    expect(await storage?.pull(['run-a'], join(at.dir, 'runs'), NEVER)).toEqual([null]);
    expect(at.plane.volumes.blocksServed.filter((served) => served.includes('nc'))).toHaveLength(3);
  });

  test('names on the volume lead nowhere else', async () => {
    await storeRun(at.plane, 'run-a');
    at.plane.volumes.strangePaths = ['../../etc/passwd', '/etc/x', 'run-b/../../manifest.json'];
    const storage = backendHere().storage;
    expect((await storage?.list(NEVER))?.map(({ runId }) => runId)).toEqual(['run-a']);
    const volume = await ourVolume(at.plane);
    const manifest = join(volume.committed, 'run-a', 'manifest.json');
    const stored = JSON.parse(readFileSync(manifest, 'utf8'));
    stored.files['../../escaped'] = { sha256: 'x', bytes: 1 };
    writeFileSync(manifest, JSON.stringify(stored));
    const [failure] = (await storage?.pull(['run-a'], join(at.dir, 'runs'), NEVER)) ?? [];
    expect(failure?.errorType).toBe('lost');
    for (const runId of ['../run-a', '..', '.llc'])
      expect((await storage?.pull([runId], join(at.dir, 'runs'), NEVER))?.[0]?.stage).toBe(
        'collect',
      );
    expect(existsSync(join(at.dir, 'escaped'))).toBe(false);
  });
});

describeWithContainers('a run that lies on the volume', () => {
  test('is brought, and no sandbox is started', async () => {
    await storeRun(at.plane, 'run-ok-1');
    const backend = backendHere();
    const { result } = await seen(backend, await start(backend, attempt('ok')), 'ended');
    expect(result).toMatchObject({ status: 'ok', cached: true, metrics: { hmc_llc_mean: 1.5 } });
    expect(await runExists(join(at.dir, 'runs', 'run-ok-1'))).toBe(true);
    expect(at.plane.sandboxes.all.size).toBe(0);
  });

  test('is computed again where that was asked for', async () => {
    await storeRun(at.plane, 'run-ok-1');
    const one = attempt('ok');
    const { payload } = attemptLayout(one.dir);
    const asked = { ...JSON.parse(readFileSync(payload, 'utf8')), noSkip: true };
    writeFileSync(payload, JSON.stringify(asked));
    const backend = backendHere();
    const { result } = await seen(backend, await start(backend, one), 'ended');
    expect(result).toMatchObject({ cached: false });
    expect(readFileSync(join(at.dir, 'runs', 'run-ok-1', 'hmc.nc'), 'utf8')).toBe('draws');
  });

  test('of version 1, as Python makes them', async () => {
    at.plane.volumes.version = 1;
    const getOrCreate = at.plane.volumes.calls['volumeGetOrCreate'] as (r: object) => unknown;
    await getOrCreate({ deploymentName: 'llc-runs', objectCreationType: 1, version: 0 });
    const backend = backendHere();
    await seen(backend, await start(backend, attempt('ok')), 'ended');
    expect(await runExists(join(at.dir, 'runs', 'run-ok-1'))).toBe(true);
  });
});

describeWithContainers('a service of other habits', () => {
  beforeEach(() => {
    at.plane.sandboxes.endsStreams = true;
    at.plane.sandboxes.mixesOutput = true;
    for (const on of ['sandboxStdinWrite', 'sandboxGetResourceUsage', 'workspaceBillingRates'])
      at.plane.faults.add({ on, code: 12, details: 'unimplemented' });
  });

  test('that ends its streams, mixes its output and lacks what is not needed: a job ends well', async () => {
    const backend = backendHere();
    const handle = await start(backend, attempt('ok'));
    await seen(backend, handle, 'ended');
    expect(await backend.usage([handle], NEVER)).toEqual([null]);
  });

  test('that does not say where in the output it is: each word is kept once', async () => {
    at.plane.sandboxes.hidesEntries = true;
    const backend = backendHere();
    const one = attempt('crash');
    await seen(backend, await start(backend, one), 'failed');
    const log = readFileSync(attemptLayout(one.dir).stderr, 'utf8');
    expect(log.match(/x is not a function/g)).toHaveLength(1);
  });

  test('that tells of no tasks: a job that has spoken runs, one that was ended has ended', async () => {
    at.plane.sandboxes.hidesTasks = true;
    const backend = backendHere();
    await seen(backend, await start(backend, attempt('ok')), 'ended');
    const handle = await start(backend, attempt('hang', 2));
    await seen(backend, handle, 'running');
    at.plane.sandboxes.neverScheduled = () => true;
    const waiting = await start(backend, attempt('hang', 3));
    await seen(backend, waiting, 'waiting');
    for (const sandbox of at.plane.sandboxes.all.values())
      if (sandbox.taskId === null) at.plane.sandboxes.end(sandbox, 3, 137, '');
    const { failure } = await seen(backend, waiting, 'failed');
    expect(failure.errorType).toBe('preempted');
  });

  test('a job fails with its log', async () => {
    const backend = backendHere();
    const { failure } = await seen(backend, await start(backend, attempt('crash')), 'failed');
    expect(failure.error).toContain('TypeError: x is not a function');
  });

  test('and one that runs can be ended, although it cannot be asked', async () => {
    const backend = backendHere();
    const handle = await start(backend, attempt('hang'));
    await seen(backend, handle, 'running');
    expect(await backend.cancel([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
  });
});
