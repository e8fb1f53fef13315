import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attemptLayout } from '../../src/dispatch/artifacts/layout.ts';
import { runExists } from '../../src/dispatch/artifacts/manifest.ts';
import { schemaHash } from '../../src/dispatch/config/schema-hash.ts';
import { EXIT_CODES } from '../../src/dispatch/job/exit-codes.ts';
import { identityOf, standingOf } from '../../src/dispatch/process-identity.ts';
import {
  type Ended,
  payloadOf,
  prepareAttempt,
  RUN_ID,
  runAttempt,
  startWorker,
} from './attempts.ts';

const QUICK = {
  target: 'quadratic',
  quad_dim: 3,
  n_data: 100,
  sampler: 'hmc',
  chains: 2,
  hmc_draws: 20,
  hmc_warmup: 20,
} as const;
/** Runs for longer than any test. */
const ENDLESS = { ...QUICK, hmc_draws: 100_000_000 } as const;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-protocol-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function failure({ result }: Ended) {
  if (result?.status !== 'error') throw new Error(`no failure: ${JSON.stringify(result)}`);
  return result;
}

describe('a worker of another version', () => {
  test.each([{ schemaHash: 'ffffffffffff' }, { codeVersion: 'another' }, { protocol: 99 }])(
    'refuses %j before anything else, naming both sides',
    async (change) => {
      const ended = await runAttempt(root, 'attempt', payloadOf(QUICK, change));
      expect(ended.code).toBe(1);
      const { error_type, error, run_id, owner } = failure(ended);
      expect({ error_type, run_id, owner }).toEqual({
        error_type: 'schema',
        run_id: RUN_ID,
        owner: 'owner-1',
      });
      expect(error).toContain(String(Object.values(change)[0]));
      if ('schemaHash' in change) expect(error).toContain(schemaHash());
      expect(error).toContain('npm run build');
      expect(await readdir(root)).toEqual(['attempt']);
      expect((await readdir(join(root, 'attempt'))).sort()).toEqual([
        'payload.json',
        'result.json',
      ]);
    },
  );
});

test('a payload that is none is told in the log, since nobody can be answered', async () => {
  for (const text of ['{ torn', 'null', '{"owner":"me"}']) {
    const { code, log, result } = await runAttempt(root, 'attempt', text);
    expect({ code, result }).toEqual({ code: EXIT_CODES.failed, result: null });
    expect(log).toContain('failed in stage start');
  }
});

describe('a run that exists', () => {
  const runDir = () => join(root, 'runs', RUN_ID);
  const cached = ({ result }: Ended) => result?.status === 'ok' && result.cached;

  test('is not computed again, unless asked for, broken, or without the draws wanted', async () => {
    const first = await runAttempt(root, 'first', payloadOf(QUICK, { noArtifacts: true }));
    expect(cached(first)).toBe(false);
    expect((await readdir(runDir())).includes('hmc.nc')).toBe(false);
    const bare = await runAttempt(root, 'bare', payloadOf(QUICK, { noArtifacts: true }));
    expect(cached(bare)).toBe(true);
    expect(bare.result).toMatchObject({ metrics: (first.result as { metrics: object }).metrics });

    expect(cached(await runAttempt(root, 'whole', payloadOf(QUICK)))).toBe(false);
    expect(cached(await runAttempt(root, 'again', payloadOf(QUICK)))).toBe(true);
    expect(cached(await runAttempt(root, 'anew', payloadOf(QUICK, { noSkip: true })))).toBe(false);

    await truncate(join(runDir(), 'hmc.nc'), 100);
    expect(cached(await runAttempt(root, 'mended', payloadOf(QUICK)))).toBe(false);
    expect(await runExists(runDir())).toBe(true);
    expect(await readdir(join(root, 'runs'))).toEqual([RUN_ID]);
  });
});

test('an attempt is answered once: a second worker leaves its result alone', async () => {
  const dir = await prepareAttempt(root, 'attempt', payloadOf(QUICK));
  await startWorker(dir).ended;
  const result = await readFile(attemptLayout(dir).result, 'utf8');
  const { code, log } = await startWorker(dir).ended;
  expect(code).toBe(0);
  expect(log).toContain('has its result already');
  expect(await readFile(attemptLayout(dir).result, 'utf8')).toBe(result);
});

describe('of several workers of one attempt', () => {
  test('one goes on, and the others leave at once, whatever they are', async () => {
    const dir = await prepareAttempt(root, 'attempt', payloadOf(ENDLESS));
    const workers = Array.from({ length: 3 }, () => startWorker(dir));
    const ended: Ended[] = [];
    for (const worker of workers) void worker.ended.then((end) => ended.push(end));
    while (ended.length < 2) await nextTurn();
    for (const { code, log, result } of ended) {
      expect({ code, result }).toEqual({ code: EXIT_CODES.taken, result: null });
      expect(log).toContain('another worker has said hello');
    }
    const first = workers.find(({ process: { exitCode } }) => exitCode === null);
    await first?.logs(/chains of/);
    const hello = JSON.parse(await readFile(attemptLayout(dir).hello, 'utf8'));
    const identity = await identityOf(first?.process.pid as number);
    expect(hello).toMatchObject({ ...identity, host: hostname(), owner: 'owner-1', attempt: 1 });
    expect((await standingOf(hello)).alive).toBe(true);

    // One of another version does not answer in the name of the one at work.
    const env = { LLC_CODE_VERSION: 'another' };
    const stranger = await startWorker(dir, { env }).ended;
    expect(stranger).toMatchObject({ code: EXIT_CODES.taken, result: null });
    first?.process.kill('SIGTERM');
    expect((await first?.ended)?.code).toBe(143);
    // A trace is there once there is an estimate.
    const left = (await readdir(dir)).filter((name) => name !== 'trace.json').sort();
    expect(left).toEqual(['hello.json', 'payload.json', 'progress.json']);
  });

  test('one that comes after the first was killed leaves too: the next attempt has its own folder', async () => {
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(ENDLESS));
    const worker = startWorker(dir);
    await worker.logs(/chains of/);
    worker.process.kill('SIGKILL');
    await worker.ended;
    expect((await startWorker(dir).ended).code).toBe(EXIT_CODES.taken);
    const next = payloadOf(QUICK, { attempt: 2, owner: 'owner-2' });
    expect((await runAttempt(root, 'attempt-2', next)).result).toMatchObject({ status: 'ok' });
  });
});

test('a worker whose folder is removed stops and leaves no run', async () => {
  const dir = await prepareAttempt(root, 'attempt', payloadOf(ENDLESS));
  const worker = startWorker(dir);
  await worker.logs(/chains of/);
  await rm(dir, { recursive: true, maxRetries: 3 });
  const { code, log } = await worker.ended;
  expect(code).toBe(1);
  expect(log).toContain('stopped by another owner of the attempt');
  expect(await readdir(join(root, 'runs'))).toEqual([]);
});

describe('a job that cannot be done', () => {
  test('for its configuration says which and why', async () => {
    const config = { ...QUICK, quad_dim: 2, quad_spectrum: [1, 0], gamma: 0 };
    const { error_type, stage, error } = failure(await runAttempt(root, 'a', payloadOf(config)));
    expect({ error_type, stage }).toEqual({ error_type: 'config', stage: 'setup' });
    expect(error).toContain('improper');

    const deep = { ...QUICK, target: 'dln', dln_widths: null } as const;
    const missing = failure(await runAttempt(root, 'b', payloadOf(deep)));
    expect(missing).toMatchObject({ error_type: 'config', stage: 'setup' });
    expect(missing.error).toContain('dln_widths');
  });

  test('for want of a GPU engine is refused, never done on the CPU', async () => {
    const payload = payloadOf(QUICK);
    const { error_type, error } = failure(
      await runAttempt(root, 'a', {
        ...payload,
        resources: { ...payload.resources, gpuMode: 'vectorized' },
      }),
    );
    expect(error_type).toBe('config');
    expect(error).toContain('vectorized');
  });

  test('because all of its chains diverge is an error and leaves no run', async () => {
    const config = {
      ...QUICK,
      sampler: 'sgld',
      sgld_step_size: 1e9,
      sgld_steps: 400_000,
      sgld_warmup: 10,
    } as const;
    const ended = await runAttempt(root, 'a', payloadOf(config));
    const { error_type, error } = failure(ended);
    expect(error_type).toBe('diverged');
    expect(error).toContain('All 2 chains diverged');
    expect(await readdir(join(root, 'runs'))).toEqual([]);
  });

  test('because of a fault in the program is internal, with its stack', async () => {
    const payload = payloadOf(QUICK);
    const broken = { ...payload, job: { ...payload.job, config: null } };
    const { error_type, stage, traceback } = failure(
      await runAttempt(root, 'a', JSON.stringify(broken)),
    );
    expect({ error_type, stage }).toEqual({ error_type: 'internal', stage: 'setup' });
    expect(traceback).toContain('at ');
  });

  test.skipIf(process.getuid?.() === 0)(
    'for want of a right is told so (root has every right)',
    async () => {
      await mkdir(join(root, 'runs'));
      await chmod(join(root, 'runs'), 0o500);
      const { error_type } = failure(await runAttempt(root, 'a', payloadOf(QUICK)));
      expect(error_type).toBe('permission');
    },
  );
});

describe('a worker that is asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends between blocks, without a result',
    async (signal) => {
      const dir = await prepareAttempt(root, 'attempt', payloadOf(ENDLESS));
      const worker = startWorker(dir);
      await worker.logs(/chains of/);
      // The heartbeat shows the estimate while it runs.
      const progress = async () =>
        JSON.parse(await readFile(attemptLayout(dir).progress, 'utf8').catch(() => 'null'));
      while (typeof (await progress())?.llc !== 'number') await nextTurn();
      expect(await progress()).toMatchObject({
        owner: 'owner-1',
        stage: 'sampling',
        total: 100_000_020,
        llcByChain: [expect.any(Number), expect.any(Number)],
      });
      worker.process.kill(signal);
      const { code, log, result } = await worker.ended;
      expect({ code, result }).toEqual({ code: signal === 'SIGINT' ? 130 : 143, result: null });
      expect(log).toMatch(new RegExp(`stopped by ${signal} in stage \\w+; no result was written`));
      expect(await readdir(join(root, 'runs'))).toEqual([]);
    },
  );

  test('by its terminal, with SIGHUP, goes on', async () => {
    const dir = await prepareAttempt(root, 'attempt', payloadOf(ENDLESS));
    const worker = startWorker(dir);
    await worker.logs(/chains of/);
    worker.process.kill('SIGHUP');
    worker.process.kill('SIGTERM');
    expect((await worker.ended).code).toBe(143);
  });
});

test('a worker whose attempt was given to another stops and leaves neither result nor run', async () => {
  const dir = await prepareAttempt(root, 'attempt', payloadOf(ENDLESS));
  const worker = startWorker(dir);
  await worker.logs(/chains of/);
  await writeFile(
    attemptLayout(dir).payload,
    JSON.stringify(payloadOf(QUICK, { owner: 'owner-2' })),
  );
  const { code, log, result } = await worker.ended;
  expect({ code, result }).toEqual({ code: 1, result: null });
  expect(log).toContain('stopped by another owner of the attempt');
  expect(await readdir(join(root, 'runs'))).toEqual([]);
});

test('jobs of a family train its weights once', async () => {
  const network = {
    ...QUICK,
    target: 'mlp',
    in_dim: 2,
    widths: [8],
    n_data: 400,
    gamma: 100,
    erm_max_steps: 300,
  } as const;
  const ended = await Promise.all(
    ['a', 'b', 'c'].map((name) => {
      const payload = payloadOf(network);
      return runAttempt(root, name, {
        ...payload,
        job: { ...payload.job, runId: `${name.repeat(11)}0` },
      });
    }),
  );
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(ended.filter(({ log }) => log.includes(': training ')).length).toBe(1);
  const hashes = ended.map(({ result }) => result?.status === 'ok' && result.metrics['erm_sha256']);
  expect(new Set(hashes).size).toBe(1);
  expect((await readdir(join(root, 'runs'))).length).toBe(3);
});

test('the bundled worker runs alone, its threads too', async () => {
  const program = join(root, 'worker.mjs');
  await copyFile(fileURLToPath(new URL('../../dist/worker.js', import.meta.url)), program);
  const network = { target: 'mlp', in_dim: 3, widths: [24], n_data: 200, gamma: 100 } as const;
  const payload = payloadOf({ ...QUICK, ...network, erm_max_steps: 30 });
  const dir = await prepareAttempt(root, 'attempt', {
    ...payload,
    resources: { ...payload.resources, cpus: 2 },
  });
  const { code, log, errors, result } = await startWorker(dir, { program }).ended;
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(log).toContain('2 threads');
  expect(result).toMatchObject({ status: 'ok', metrics: { engine: 'wasm' } });
  expect(await runExists(join(root, 'runs', RUN_ID))).toBe(true);
});
