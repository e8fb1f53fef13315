import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localBackend } from '../../../src/backends/local/local-backend.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { Backend } from '../../../src/dispatch/backend.ts';
import { LlcError } from '../../../src/dispatch/errors.ts';
import type { JobSpec } from '../../../src/dispatch/job/job-spec.ts';
import type { SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { readJournal, replay } from '../../../src/dispatch/journal/replay.ts';
import { steadyClock } from '../../../src/dispatch/scheduler/clock.ts';
import { runSweep } from '../../../src/dispatch/scheduler/run-loop.ts';
import type { SweepRequest } from '../../../src/dispatch/scheduler/sweep-request.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { readTable } from '../artifacts/csv-reader.ts';
import { inMemoryDesk } from './in-memory-desk.ts';

const STAND_IN = join(import.meta.dirname, '../../fixtures/workers/stand-in.ts');
const NEVER = new AbortController().signal;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-sweep-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function backend(more: { workers?: number } = {}): Backend {
  return localBackend({
    workerPath: STAND_IN,
    runsDir: join(dir, 'runs'),
    cpus: 1,
    workers: 2,
    graceMs: 200,
    lingerMs: 0,
    ...more,
  });
}

function request(jobs: readonly JobSpec[], more: Partial<SweepRequest> = {}): SweepRequest {
  return {
    sweepId: 's-1',
    jobs,
    backend: backend(),
    resources: RESOURCES,
    retries: { initialDelayS: 0 },
    sweepsDir: join(dir, 'sweeps'),
    runsDir: join(dir, 'runs'),
    storeDir: join(dir, '.llc'),
    tableCopiesDir: dir,
    schemaHash: 'schema',
    codeVersion: 'code',
    noSkip: false,
    noArtifacts: false,
    observeEveryMs: 30,
    writeEveryMs: 30,
    ...more,
  };
}

const files = () => sweepLayout(join(dir, 'sweeps'), 's-1');
const results = () => readTable(readFileSync(files().results, 'utf8'));
const errors = () => readTable(readFileSync(files().errors, 'utf8'));

test('twenty jobs, some crashing, one beyond its limit, one cancelled: none hurts another', async () => {
  const problems = [
    ...Array.from({ length: 11 }, () => 'ok'),
    ...['crash-once', 'crash-once', 'crash', 'crash-anew', 'diverged', 'garbage', 'sigkill'],
    ...['hang', 'stubborn'],
  ];
  const jobs = problems.map((problem, seed) => standInJob(problem, seed));
  const clock = steadyClock();
  let jump = 0;
  const orders = inMemoryDesk();
  const live: string[][] = [];
  const summary = await runSweep(
    request(jobs, {
      orders,
      limits: { runningS: 3600 },
      clock: { ...clock, now: () => clock.now() + jump },
      onEvent: (_, __, { byState }) => {
        const ended = byState.ok.size + byState.error.size;
        if (ended === 18 && byState.running.has('stubborn-hmc-19') && orders.answers.size === 0)
          orders.give('cancel', [{ jobId: 'stubborn-hmc-19', attempt: 1 }]);
        // The one that hangs is the last: it alone is beyond its limit.
        if (byState.cancelled.size === 1) jump = 3_600_000;
      },
      onLive: (snapshot) => live.push(snapshot.jobs.map(({ jobId }) => jobId)),
    }),
    NEVER,
  );

  expect(summary.outcome).toBe('complete');
  expect(summary.counts).toMatchObject({ ok: 13, error: 6, cancelled: 1 });
  expect(results()).toHaveLength(13);
  expect(results()[0]).toMatchObject({
    problem: 'ok',
    llc_mean: '1.5',
    llc_se: '0.125',
    verdict: 'converged',
    backend: 'local',
    attempts: '1',
    duration_s: '0.25',
    run_dir: join(dir, 'runs', 'run-ok-0'),
  });
  expect(results().filter(({ attempts }) => attempts === '2')).toHaveLength(2);
  expect(errors().map((row) => [row['problem'], row['error_type'], row['attempts']])).toEqual([
    ['crash', 'crash', '2'],
    ['crash-anew', 'crash', '4'],
    ['diverged', 'diverged', '1'],
    ['garbage', 'crash', '2'],
    ['sigkill', 'crash', '4'],
    ['hang', 'timeout', '1'],
    ['stubborn', '', '1'],
  ]);
  expect(errors().at(-1)?.['status']).toBe('cancelled');
  for (const row of errors()) expect(existsSync(row['log'] ?? '')).toBe(true);
  expect(readFileSync(join(dir, 'llc_sweep_results.csv'))).toEqual(readFileSync(files().results));
  expect(readFileSync(join(dir, 'llc_sweep_errors.csv'))).toEqual(readFileSync(files().errors));
  expect(Math.max(...live.map((jobs) => jobs.length))).toBe(2);

  const { events } = await readJournal(files().journal);
  expect(replay(events)).toEqual(summary.sweep);
});

test('a cached job needs no worker, and --no-skip computes it', async () => {
  const jobs = [standInJob('ok', 1), standInJob('crash', 2)];
  const findRun = async (job: JobSpec) =>
    job.problem === 'crash' ? { metrics: { hmc_llc_mean: 7 } } : null;
  const summary = await runSweep(request(jobs, { findRun }), NEVER);
  expect(summary).toMatchObject({ outcome: 'complete', counts: { ok: 1, cached: 1 } });
  expect(results().map(({ llc_mean, attempts }) => [llc_mean, attempts])).toEqual([
    ['1.5', '1'],
    ['7', '0'],
  ]);
  const again = await runSweep(
    request(jobs, { findRun, noSkip: true, sweepId: 's-2', retries: { maxRetries: 0 } }),
    NEVER,
  );
  expect(again.counts).toMatchObject({ ok: 1, error: 1 });
  const payload = sweepLayout(join(dir, 'sweeps'), 's-2').attempt('ok-hmc-1', 1);
  expect(JSON.parse(readFileSync(join(payload, 'payload.json'), 'utf8'))).toMatchObject({
    noSkip: true,
    schemaHash: 'schema',
    sweepId: 's-2',
    runsDir: join(dir, 'runs'),
  });
});

test('a refused sweep starts nothing, says why and has a row a job', async () => {
  const jobs = [1, 2].map((seed) => {
    const job = standInJob('ok', seed);
    // No GPU computes it.
    return { ...job, config: { ...job.config, target: 'quadratic' as const } };
  });
  const resources = { ...RESOURCES, gpuMode: 'vectorized' } as const;
  const summary = await runSweep(request(jobs, { resources, tableCopiesDir: null }), NEVER);
  expect(summary).toMatchObject({
    outcome: 'refused',
    counts: { error: 2 },
    refusal: { hint: 'Use --gpu-mode off.' },
  });
  expect(errors().map(({ stage, error_type }) => [stage, error_type])).toEqual([
    ['preflight', 'unavailable'],
    ['preflight', 'unavailable'],
  ]);
  expect(existsSync(join(dir, 'llc_sweep_errors.csv'))).toBe(false);
  expect(existsSync(files().job('ok-hmc-1'))).toBe(false);
});

test('a schema mismatch pauses the sweep, the rest stays planned', async () => {
  const jobs = [standInJob('schema', 1), standInJob('ok', 2), standInJob('ok', 3)];
  const summary = await runSweep(request(jobs, { maxConcurrent: 1 }), NEVER);
  expect(summary).toMatchObject({
    outcome: 'paused',
    counts: { error: 1, planned: 2 },
    paused: { errorType: 'schema' },
  });
});

test('a dispatcher that is told to go leaves its jobs, and the next goes on with them', async () => {
  const jobs = [standInJob('ok', 1), standInJob('finishes-when-asked', 2), standInJob('ok', 3)];
  const stop = new AbortController();
  const first = await runSweep(
    request(jobs, {
      maxConcurrent: 1,
      onEvent: (event) => {
        if (event.kind === 'job_running' && event.jobId.startsWith('finishes'))
          stop.abort(new Error('SIGTERM'));
      },
    }),
    stop.signal,
  );
  expect(first).toMatchObject({ outcome: 'stopped', counts: { ok: 1, running: 1, planned: 1 } });

  const orders = inMemoryDesk();
  const kinds: SweepEvent['kind'][] = [];
  const second = await runSweep(
    request(jobs, {
      orders,
      maxConcurrent: 1,
      onEvent: ({ kind }) => kinds.push(kind),
      onLive: ({ jobs: running }) => {
        const [job] = running;
        if (job?.jobId.startsWith('finishes') && job.progress !== null && orders.answers.size === 0)
          orders.give('cancel', [{ jobId: job.jobId, attempt: 1 }]);
      },
    }),
    NEVER,
  );
  expect(second).toMatchObject({ outcome: 'complete', counts: { ok: 3 } });
  expect(kinds.filter((kind) => kind === 'attempt_opened')).toHaveLength(1);
  expect(kinds).not.toContain('sweep_planned');
  // It left in order: there was nothing to recover.
  expect(kinds).not.toContain('sweep_recovered');
});

test('a worker that a dead dispatcher left running is adopted, and the recovery is told', async () => {
  const jobs = [standInJob('finishes-when-asked')];
  // The first dispatcher dies as soon as its job runs: nothing more is written.
  const crash = new Error('killed');
  await expect(
    runSweep(
      request(jobs, {
        onEvent: ({ kind }) => {
          if (kind === 'job_running') throw crash;
        },
      }),
      NEVER,
    ),
  ).rejects.toBe(crash);

  const orders = inMemoryDesk();
  const events: SweepEvent[] = [];
  const summary = await runSweep(
    request(jobs, {
      orders,
      onEvent: (event) => events.push(event),
      onLive: ({ jobs: running }) => {
        if (running.some(({ progress }) => progress !== null) && orders.answers.size === 0)
          orders.give('cancel', null);
      },
    }),
    NEVER,
  );
  expect(events.map(({ kind }) => kind)).not.toContain('attempt_opened');
  expect(events.find(({ kind }) => kind === 'dispatcher_started')).toMatchObject({
    died: { pid: process.pid },
  });
  expect(events.find(({ kind }) => kind === 'sweep_recovered')).toMatchObject({
    adopted: 1,
    finished: 0,
    requeued: 0,
    failed: 0,
  });
  expect(summary.counts).toMatchObject({ ok: 1 });
});

test('a sweep that has become another’s is left at once, with nothing more written', async () => {
  const jobs = [standInJob('ok', 1), standInJob('ok', 2)];
  const lost = new LlcError(75, 'the sweep is another’s');
  let isLost = false;
  await expect(
    runSweep(
      request(jobs, {
        maxConcurrent: 1,
        guard: async () => {
          if (isLost) throw lost;
        },
        onEvent: ({ kind }) => {
          if (kind === 'job_submitted') isLost = true;
        },
      }),
      NEVER,
    ),
  ).rejects.toBe(lost);
  const { events } = await readJournal(files().journal);
  expect(events.at(-1)?.kind).toBe('job_submitted');
});

describe('trouble on the way', () => {
  test('a backend that fails to answer once is asked again, for the same attempt', async () => {
    const inner = backend();
    let failures = 2;
    const flaky: Backend = {
      ...inner,
      submit: (attempts, signal) =>
        failures-- > 0
          ? Promise.reject(new LlcError(75, 'no route to host', 'Try later.'))
          : inner.submit(attempts, signal),
    };
    const summary = await runSweep(request([standInJob('ok')], { backend: flaky }), NEVER);
    expect(summary.counts).toMatchObject({ ok: 1 });
    expect(results()[0]).toMatchObject({ attempts: '1' });
  });

  test('a backend that cannot say how jobs are is noted and asked again', async () => {
    const inner = backend();
    let failures = 2;
    const notices: string[] = [];
    const flaky: Backend = {
      ...inner,
      observe: (handles, signal) =>
        failures-- > 0 ? Promise.reject(new Error('busy')) : inner.observe(handles, signal),
    };
    const summary = await runSweep(
      request([standInJob('ok')], { backend: flaky, onNotice: (text) => notices.push(text) }),
      NEVER,
    );
    expect(summary.counts).toMatchObject({ ok: 1 });
    expect(notices).toEqual(Array(2).fill('The local backend does not answer: busy'));
  });

  test('a preflight that cannot be made refuses', async () => {
    const down: Backend = {
      ...backend(),
      preflight: () => Promise.reject(new LlcError(69, 'no login', 'Log in.')),
    };
    const summary = await runSweep(request([standInJob('ok')], { backend: down }), NEVER);
    expect(summary).toMatchObject({ outcome: 'refused', refusal: { hint: 'Log in.' } });
  });

  test('a job whose folder cannot be made fails alone', async () => {
    mkdirSync(join(files().dir, 'jobs'), { recursive: true });
    writeFileSync(files().job('ok-hmc-1'), 'in the way');
    const summary = await runSweep(request([standInJob('ok', 1), standInJob('ok', 2)]), NEVER);
    expect(summary.counts).toMatchObject({ ok: 1, error: 1 });
    expect(errors()[0]).toMatchObject({ stage: 'submit', run_id: 'run-ok-1' });
    expect(errors()[0]?.['error']).toContain('Cannot write the payload of ok-hmc-1');
  });

  test('tables that cannot be written do not stop the sweep, but its end says so', async () => {
    mkdirSync(files().results, { recursive: true });
    const notices: string[] = [];
    const ended: SweepEvent[] = [];
    const clock = steadyClock();
    let waited = 0;
    await expect(
      runSweep(
        request([standInJob('ok')], {
          // Its waiting for room passes in no time.
          clock: {
            now: () => clock.now() + waited,
            sleep: async (ms, signal) => {
              if (ms >= 1000) waited += ms;
              else await clock.sleep(ms, signal);
            },
          },
          onNotice: (text) => notices.push(text),
          onEvent: (event) => ended.push(event),
        }),
        NEVER,
      ),
    ).rejects.toMatchObject({ code: 75, message: expect.stringContaining('All is journalled') });
    expect(notices[0]).toContain('Cannot write the tables');
    expect(ended.map(({ kind }) => kind)).toContain('job_finished');
  });

  test('a journal that cannot be written stops the sweep with a clear error', async () => {
    mkdirSync(files().journal, { recursive: true });
    await expect(runSweep(request([standInJob('ok')]), NEVER)).rejects.toBeInstanceOf(LlcError);
  });
});
