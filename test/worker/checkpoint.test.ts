import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptLayout, jobLayout } from '../../src/dispatch/artifacts/layout.ts';
import { readInferenceData } from '../../src/dispatch/artifacts/netcdf/read-inference-data.ts';
import { EXIT_CODES } from '../../src/dispatch/job/exit-codes.ts';
import type { Payload } from '../../src/dispatch/job/protocol.ts';
import { AttemptWork } from '../../src/dispatch/work/attempt.ts';
import { encodeCheckpoint } from '../../src/dispatch/work/checkpoint.ts';
import { NO_POINTS } from '../../src/dispatch/work/thinned-points.ts';
import { CODE_VERSION, payloadOf, prepareAttempt, RUN_ID } from './attempts.ts';

const JOBS = [
  { sampler: 'sgld' },
  { sampler: 'sgld', sgld_precond: 'adam', sgld_scheme: 'euler' },
  { sampler: 'sghmc' },
  { sampler: 'sghmc', sghmc_scheme: 'blackjax', sghmc_dtype: 'float64' },
  { sampler: 'hmc' },
  { sampler: 'mclmc' },
  { sampler: 'mclmc', mclmc_adjusted: true },
] as const;
const TOLD_BY_THE_CLOCK = /timing|per_sec|wnv_time|duration|created/;

const QUADRATIC = {
  target: 'quadratic',
  quad_dim: 4,
  n_data: 100,
  chains: 3,
  seed: 3,
  diag_mode: 'proj',
  diag_k: 2,
  hmc_draws: 60,
  hmc_warmup: 100,
  hmc_thin: 2,
  mclmc_draws: 100,
  mclmc_tune_steps: 100,
  sgld_steps: 400,
  sgld_warmup: 100,
  sghmc_steps: 400,
  sghmc_warmup: 100,
} as const;

/** For the HMC job: a look at the clock when some draws are there and some are not. */
const STOP_IN_SAMPLING = 68;

let root: string;
let places = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-checkpoint-'));
  process.env['LLC_CODE_VERSION'] = CODE_VERSION;
});
afterAll(() => rm(root, { recursive: true, force: true }));

const newPlace = (): string => join(root, String(places++));

interface Start {
  /** Look at the clock at which SIGUSR2 comes; a block takes some four. Default: none comes. */
  readonly stopAt?: number;
  /** Null: none. */
  readonly signal?: string | null;
  /** Called just before. */
  readonly before?: () => void;
  readonly incarnation?: number;
  readonly checkpointEvery?: number;
}

/** A worker in this process; each look at its clock takes time. */
async function work(
  dir: string,
  { stopAt, signal = 'SIGUSR2', before = () => {}, ...rest }: Start = {},
) {
  const stop = new AbortController();
  const log: string[] = [];
  let looks = 0;
  let seconds = 0;
  const attempt = new AttemptWork(dir, {
    stop: stop.signal,
    incarnation: 0,
    checkpointEvery: 600,
    gpuTurn: null,
    gpusGiven: null,
    threadEntry: pathToFileURL(join(import.meta.dirname, '../fixtures/engine-thread.ts')),
    version: '0',
    clock: () => {
      looks += 1;
      if (looks === stopAt) {
        before();
        if (signal !== null) stop.abort(signal);
      }
      // Blocks double, and then stay as they are.
      seconds += looks < 15 ? 0.25 : 0.5;
      return seconds;
    },
    log: (line) => void log.push(line),
    ...rest,
  });
  const code = await attempt.run();
  return { code, log: log.join('\n') };
}

/** All that may not depend on how a run came about. */
async function runIn(place: string, sampler: string) {
  const dir = join(place, 'runs', RUN_ID);
  const lines = (await readFile(join(dir, 'metrics.json'), 'utf8')).split('\n');
  const { groups } = await readInferenceData(join(dir, `${sampler}.nc`));
  return {
    metrics: lines.filter((line) => !TOLD_BY_THE_CLOCK.test(line.split(':')[0])),
    data: Object.entries(groups).map(([name, { coords, variables }]) => [name, coords, variables]),
  };
}

async function traceOf(dir: string): Promise<number[]> {
  const text = await readFile(attemptLayout(dir).trace, 'utf8').catch(() => '{"points":[]}');
  return JSON.parse(text).points.map(({ step }: { step: number }) => step);
}

const doneIn = (log: string): number => Number(/left a checkpoint: (\d+) of/.exec(log)?.[1]);

describe.each(JOBS)('the job %j, stopped between two blocks and gone on with,', (job) => {
  const { sampler } = job;
  const payload = payloadOf({ ...QUADRATIC, ...job });
  const reference = async () => {
    const place = newPlace();
    const { code } = await work(await prepareAttempt(place, 'attempt-1', payload));
    expect(code).toBe(0);
    return runIn(place, sampler);
  };

  test('gives the same bytes, wherever it is stopped', async () => {
    const undisturbed = await reference();
    const stages = new Set<string>();
    for (const stopAt of [5, 11, 20, 32, 50, 68, 80, 110, 140]) {
      const place = newPlace();
      const first = await work(await prepareAttempt(place, 'attempt-1', payload), { stopAt });
      const last = await work(
        await prepareAttempt(place, 'attempt-2', { ...payload, attempt: 2, owner: 'owner-2' }),
      );
      if (first.code === 0) continue;
      expect(first.code, first.log).toBe(EXIT_CODES.checkpointed);
      stages.add(/in stage (\w+)/.exec(first.log)?.[1] ?? '');
      expect(last.code, last.log).toBe(0);
      expect(last.log).toContain(`goes on from the checkpoint: ${doneIn(first.log)} of`);
      expect(await runIn(place, sampler)).toEqual(undisturbed);
      expect(existsSync(jobLayout(join(place, 'attempt-1')).checkpoint)).toBe(false);
    }
    expect([...stages]).toEqual(expect.arrayContaining(['warmup', 'sampling']));
  });

  test('again and again, each time a little later, also as the same attempt', async () => {
    const place = newPlace();
    const dir = await prepareAttempt(place, 'attempt-1', payload);
    const done: number[] = [];
    for (let incarnation = 0; ; incarnation++) {
      const stopAt = 12 + ((7 * incarnation) % 17);
      const { code, log } = await work(dir, { stopAt, incarnation });
      if (code === 0) break;
      expect(code, log).toBe(EXIT_CODES.checkpointed);
      done.push(doneIn(log));
    }
    expect(done.length).toBeGreaterThan(5);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(await runIn(place, sampler)).toEqual(await reference());
    const trace = await traceOf(dir);
    expect(trace.length).toBeGreaterThan(2);
    expect(trace).toEqual(trace.toSorted((a, b) => a - b));
  });
});

describe('a checkpoint', () => {
  const payload = payloadOf({ ...QUADRATIC, sampler: 'hmc' });
  const stopped = async (of: Payload = payload) => {
    const place = newPlace();
    const dir = await prepareAttempt(place, 'attempt-1', of);
    const { code } = await work(dir, { stopAt: STOP_IN_SAMPLING });
    expect(code).toBe(EXIT_CODES.checkpointed);
    return { place, path: jobLayout(dir).checkpoint };
  };
  const next = async (place: string, of: Payload = payload) =>
    work(await prepareAttempt(place, 'attempt-2', { ...of, attempt: 2, owner: 'owner-2' }));

  test('of another job, or whose bytes are not whole, is not used and does no harm', async () => {
    const { place, path } = await stopped();
    const other = { ...payload, job: { ...payload.job, runId: 'f'.repeat(12) } };
    const { code, log } = await next(place, other);
    expect(code).toBe(0);
    expect(log).toContain(`the checkpoint is not used: its runId is ${RUN_ID}, not ffffffffffff`);

    const torn = await stopped();
    await truncate(torn.path, 2000);
    const after = await next(torn.place);
    expect(after.code).toBe(0);
    expect(after.log).toContain('the checkpoint is not used: its bytes are not whole');
    const changed = await stopped();
    const bytes = await readFile(changed.path);
    bytes[bytes.length - 100] ^= 1;
    await writeFile(changed.path, bytes);
    expect((await next(changed.place)).log).toContain('its bytes are not whole');
    expect(existsSync(path)).toBe(false);
  });

  test('is used by a job that is to be computed anew only if that wrote it', async () => {
    const anew = { ...payload, noSkip: true };
    const older = await stopped();
    expect((await next(older.place, anew)).log).toContain('the job is to be computed anew');
    const own = await stopped(anew);
    expect((await next(own.place, anew)).log).toContain('goes on from the checkpoint');
    const either = await stopped(anew);
    expect((await next(either.place)).log).toContain('goes on from the checkpoint');
  });

  test('that cannot be gone on from is set aside, and the job starts afresh', async () => {
    const { place, path } = await stopped();
    const file = await readFile(path);
    const { format: _, ...of } = JSON.parse(file.toString('latin1').split('\n')[1] as string);
    const broken = encodeCheckpoint(of, {
      sampler: { sampler: 'hmc', state: { done: 50 } },
      draws: [],
      spent: { warmup: 1, sampling: 1 },
      trace: NO_POINTS,
    });
    await writeFile(path, broken);
    const { code, log } = await next(place);
    expect(code, log).toBe(0);
    expect(log).toContain('is set aside');
    expect(await readFile(join(dirname(path), 'checkpoint.broken.bin'))).toEqual(
      Buffer.from(broken),
    );
    const undisturbed = newPlace();
    await work(await prepareAttempt(undisturbed, 'attempt-1', payload));
    expect(await runIn(place, 'hmc')).toEqual(await runIn(undisturbed, 'hmc'));
  });

  test('that cannot be written is told and hurts nobody', async () => {
    const place = newPlace();
    const dir = await prepareAttempt(place, 'attempt-1', payload);
    await prepareAttempt(place, 'checkpoint.bin', payload);
    const { code, log } = await work(dir, { stopAt: 40 });
    expect(code).toBe(EXIT_CODES.checkpointed);
    expect(log).toContain('the checkpoint cannot be written');
    expect((await next(place)).code).toBe(0);
  });

  test.each([{ signal: 'SIGUSR2' }, { signal: null }])(
    'or a result is never left by a worker that has been followed (%j)',
    async ({ signal }) => {
      const dir = await prepareAttempt(newPlace(), 'attempt-1', payload);
      const { hello: path, result } = attemptLayout(dir);
      const before = () => {
        const hello = JSON.parse(readFileSync(path, 'utf8'));
        writeFileSync(path, JSON.stringify({ ...hello, incarnation: 1 }));
      };
      const { code, log } = await work(dir, { stopAt: STOP_IN_SAMPLING, signal, before });
      expect(code, log).toBe(EXIT_CODES.failed);
      expect(existsSync(jobLayout(dir).checkpoint)).toBe(false);
      expect(existsSync(result)).toBe(false);
      expect(existsSync(join(dir, '../runs', RUN_ID))).toBe(false);
    },
  );

  test('holds how the running estimate came about', async () => {
    const { place } = await stopped();
    const before = await traceOf(join(place, 'attempt-1'));
    expect(before.length).toBeGreaterThan(0);
    expect((await next(place)).code).toBe(0);
    const text = await readFile(attemptLayout(join(place, 'attempt-2')).trace, 'utf8');
    const points: readonly { step: number; llc: number }[] = JSON.parse(text).points;
    expect(points.map(({ step }) => step)).toEqual(expect.arrayContaining(before));
    expect(points.length).toBeGreaterThan(before.length);
    const { groups } = await readInferenceData(join(place, 'runs', RUN_ID, 'hmc.nc'));
    const llc = groups['posterior']?.variables['llc']?.data as Float64Array;
    const draws = llc.length / QUADRATIC.chains;
    for (const { step, llc: shown } of points) {
      const until = llc.filter((_, i) => i % draws < step - QUADRATIC.hmc_warmup);
      const mean = until.reduce((sum, value) => sum + value, 0) / until.length;
      expect(shown).toBeCloseTo(mean, 4);
    }
  });

  test('is written from time to time, kept where the job is told to leave, and its seconds add up', async () => {
    const place = newPlace();
    const dir = await prepareAttempt(place, 'attempt-1', payload);
    const { code } = await work(dir, { stopAt: 45, signal: 'SIGTERM', checkpointEvery: 1 });
    expect(code).toBe(143);
    const { log } = await next(place);
    expect(log).toContain('goes on from the checkpoint');
    const whole = newPlace();
    await work(await prepareAttempt(whole, 'attempt-1', payload));
    const seconds = async (from: string) => {
      const text = await readFile(join(from, 'runs', RUN_ID, 'metrics.json'), 'utf8');
      return JSON.parse(text)['hmc_timing_warmup'];
    };
    expect(await seconds(place)).toBeGreaterThanOrEqual(await seconds(whole));
  });
});
