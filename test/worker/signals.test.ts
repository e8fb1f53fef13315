import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attemptLayout, jobLayout } from '../../src/dispatch/artifacts/layout.ts';
import { readInferenceData } from '../../src/dispatch/artifacts/netcdf/read-inference-data.ts';
import { attemptNews } from '../../src/dispatch/job/attempt-news.ts';
import { EXIT_CODES } from '../../src/dispatch/job/exit-codes.ts';
import { payloadOf, prepareAttempt, RUN_ID, type Running, startWorker } from './attempts.ts';

/** Large enough for chains to be worth threads. */
const NETWORK = {
  target: 'mlp',
  in_dim: 3,
  widths: [24],
  n_data: 400,
  gamma: null,
  prior_radius: 3,
  erm_max_steps: 60,
  chains: 3,
  seed: 5,
  diag_k: 3,
  sampler: 'sgld',
  sgld_steps: 20_000,
  sgld_warmup: 4000,
  sgld_batch_size: 64,
} as const;
const ENDLESS = {
  target: 'quadratic',
  quad_dim: 3,
  n_data: 100,
  sampler: 'hmc',
  chains: 2,
  hmc_draws: 100_000_000,
  hmc_warmup: 20,
} as const;
const SHORT = { ...ENDLESS, hmc_draws: 20 } as const;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-signals-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const startAs = (dir: string, incarnation: number): Running =>
  startWorker(dir, {
    env: { LLC_INCARNATION: String(incarnation) },
  });
const helloIn = async (dir: string) =>
  JSON.parse(await readFile(attemptLayout(dir).hello, 'utf8')) as Record<string, unknown>;

describe('a worker that is told that it will be ended soon', () => {
  test('in sampling leaves a checkpoint, and started again gives the same bytes, on any cores', async () => {
    const payload = (cpus: number) => {
      const whole = payloadOf(NETWORK);
      return { ...whole, resources: { ...whole.resources, cpus } };
    };
    const undisturbed = await prepareAttempt(join(root, 'a'), 'attempt-1', payload(2));
    const { code } = await startWorker(undisturbed).ended;
    expect(code).toBe(0);

    const dir = await prepareAttempt(join(root, 'b'), 'attempt-1', payload(2));
    let stops = 0;
    for (let start = 0; ; start++) {
      // The third time on other cores.
      await writeFile(attemptLayout(dir).payload, JSON.stringify(payload(start === 2 ? 1 : 2)));
      const worker = startAs(dir, start);
      if (start < 3) {
        await worker.logs(/chains of/);
        await pause(100 + 200 * start);
        worker.process.kill('SIGUSR2');
      }
      const ended = await worker.ended;
      if (start > 0) expect(ended.log).toContain('goes on from the checkpoint');
      if (ended.code === 0) break;
      expect(ended.code, ended.log + ended.errors).toBe(EXIT_CODES.checkpointed);
      expect(ended.result).toBeNull();
      expect(existsSync(jobLayout(dir).checkpoint)).toBe(true);
      stops += 1;
    }
    expect(stops).toBeGreaterThan(0);
    expect(existsSync(jobLayout(dir).checkpoint)).toBe(false);

    const [one, other] = await Promise.all(
      ['a', 'b'].map(async (place) => {
        const run = join(root, place, 'runs', RUN_ID);
        const told = /timing|per_sec|wnv_time|duration|created/;
        const lines = (await readFile(join(run, 'metrics.json'), 'utf8')).split('\n');
        const { groups } = await readInferenceData(join(run, 'sgld.nc'));
        return {
          metrics: lines.filter((line) => !told.test(line.split(':')[0])),
          data: Object.values(groups).map(({ coords, variables }) => [coords, variables]),
        };
      }),
    );
    expect(other).toEqual(one);
  });

  test('in training leaves at once, with the same code', async () => {
    const training = { ...NETWORK, widths: [64, 64], n_data: 20_000, erm_max_steps: 1_000_000 };
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(training));
    const worker = startWorker(dir);
    await worker.logs(/: training /);
    worker.process.kill('SIGUSR2');
    const { code, log, result } = await worker.ended;
    expect({ code, result }).toEqual({ code: EXIT_CODES.checkpointed, result: null });
    expect(log).toContain('stopped by SIGUSR2 in stage training');
    expect(existsSync(jobLayout(dir).checkpoint)).toBe(false);
  });

  test('by SIGTERM leaves a checkpoint too, with its own code', async () => {
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(ENDLESS));
    const worker = startWorker(dir);
    await worker.logs(/chains of/);
    await pause(300);
    worker.process.kill('SIGTERM');
    const { code, log } = await worker.ended;
    expect(code).toBe(143);
    expect(log).toMatch(/left a checkpoint: \d+ of 100000020 transitions/);
    expect(existsSync(jobLayout(dir).checkpoint)).toBe(true);
  });
});

describe('an attempt that is started again', () => {
  test('while its first worker still runs belongs to the later one, and the first stops without a result', async () => {
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(ENDLESS));
    const first = startAs(dir, 0);
    await first.logs(/chains of/);
    expect(await helloIn(dir)).toMatchObject({ incarnation: 0 });
    const second = startAs(dir, 2);
    await second.logs(/chains of/);
    expect(await attemptNews.hello(dir, 'owner-1')).toMatchObject({
      incarnation: 2,
      pid: second.process.pid,
    });
    const { code, log, result } = await first.ended;
    expect({ code, result }).toEqual({ code: EXIT_CODES.failed, result: null });
    expect(log).toContain('stopped by a later start of the attempt');

    // One that comes late, or twice, leaves.
    for (const incarnation of [0, 1, 2])
      expect((await startAs(dir, incarnation).ended).code).toBe(EXIT_CODES.taken);
    second.process.kill('SIGUSR2');
    expect((await second.ended).code).toBe(EXIT_CODES.checkpointed);
  });

  test('by several workers at once belongs to one of them', async () => {
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(ENDLESS));
    const first = startAs(dir, 0);
    await first.logs(/chains of/);
    first.process.kill('SIGKILL');
    await first.ended;
    await writeFile(attemptLayout(dir).payload, JSON.stringify(payloadOf(SHORT)));
    const ended = await Promise.all(
      [1, 1, 1].map((incarnation) => startAs(dir, incarnation).ended),
    );
    const codes = ended.map(({ code }) => code).toSorted();
    expect(codes.filter((code) => code === EXIT_CODES.taken || code === 0)).toHaveLength(3);
    expect(ended.filter(({ log }) => log.includes('chains of'))).toHaveLength(1);
    expect(await readdir(join(root, 'runs'))).toEqual([RUN_ID]);
  });

  test('sees the word of an earlier start that was late to say it put right', async () => {
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(ENDLESS));
    const worker = startAs(dir, 3);
    await worker.logs(/chains of/);
    const hello = await helloIn(dir);
    await writeFile(attemptLayout(dir).hello, JSON.stringify({ ...hello, incarnation: 2 }));
    while ((await helloIn(dir))['incarnation'] !== 3) await pause(50);
    worker.process.kill('SIGTERM');
    await worker.ended;
  });

  test('of another owner, closed, or with a number that is none, is left alone', async () => {
    const dir = await prepareAttempt(root, 'attempt-1', payloadOf(SHORT));
    for (const hello of [
      { owner: 'owner-1', attempt: 1, closed: true },
      { owner: 'owner-0', attempt: 1, pid: 9, start: '', boot: '', host: '', startedAt: 1 },
    ]) {
      await writeFile(attemptLayout(dir).hello, JSON.stringify(hello));
      expect((await startAs(dir, 1).ended).code).toBe(EXIT_CODES.taken);
    }
    const { code, errors } = await startWorker(dir, { env: { LLC_INCARNATION: '-1' } }).ended;
    expect(code).toBe(64);
    expect(errors).toContain('LLC_INCARNATION');
  });
});
