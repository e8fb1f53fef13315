/**
 * What the console costs in a real pseudo-terminal of 120x44, on sweeps that this process writes as a supervisor would:
 *
 *     npm run build && node bench/console.ts        some two minutes
 *
 * First frame: from the start of `bin/llc` to the bytes that hold the grid. Bytes and CPU: of 20 s in which eight jobs
 * a second move on. Key to screen: from a key to the first byte of its answer. Memory: resident, 3 s after the
 * start, after the keys, and after a half and the whole of 28,800 more events, an hour's worth.
 */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pty from '@lydell/node-pty';
import { attemptLayout, sweepLayout } from '../src/dispatch/artifacts/layout.ts';
import { DEFAULT_LIMITS } from '../src/dispatch/job/clock-limits.ts';
import {
  encodeEvent,
  type Fact,
  JOURNAL_VERSION,
  type PlannedJob,
} from '../src/dispatch/journal/events.ts';
import { reduce } from '../src/dispatch/journal/reduce.ts';
import { emptySweep } from '../src/dispatch/journal/sweep-state.ts';
import { writeSweepFile } from '../src/dispatch/plan/sweep-file.ts';
import { liveSnapshot } from '../src/dispatch/scheduler/live-snapshot.ts';
import { ownHolder } from '../src/dispatch/supervisor/lock-holder.ts';
import { exampleSweep } from '../test/console/example-sweep.ts';

const LLC = join(import.meta.dirname, '../bin/llc');
const SAMPLERS = ['sgld', 'sghmc', 'hmc', 'mclmc'] as const;
const RUNNING = 160;
const folder = mkdtempSync(join(tmpdir(), 'llc-bench-console-'));

/** A sweep of so many families on four samplers, of which the first 160 jobs run. */
async function writeSweep(sweepId: string, families: number) {
  const files = sweepLayout(join(folder, 'sweeps'), sweepId);
  mkdirSync(files.inbox, { recursive: true });
  const { file } = exampleSweep({ now: Date.now() });
  const [spec] = file.jobs;
  const [known] = file.planned;
  if (spec === undefined || known === undefined) throw new Error('the example has no jobs');
  const names = Array.from({ length: families }, (_, seed) =>
    SAMPLERS.map((sampler) => ({
      jobId: `large-${sampler}-${seed}`,
      problem: 'large',
      sampler,
      seed,
    })),
  ).flat();
  const planned: PlannedJob[] = names.map((name) => ({ ...known, ...name }));
  await writeSweepFile(files.plan, {
    ...file,
    sweepId,
    jobs: names.map((name) => ({ ...spec, ...name })),
    planned,
  });
  writeFileSync(files.lock, JSON.stringify(await ownHolder(1, null, new Date())));
  const sweep = emptySweep();
  let seq = 0;
  function append(facts: readonly Fact[]): void {
    const events = facts.map((fact) => {
      seq += 1;
      return { v: JOURNAL_VERSION, time: Date.now(), epoch: 1, seq, ...fact } as const;
    });
    for (const event of events) reduce(sweep, event);
    appendFileSync(files.journal, events.map(encodeEvent).join(''));
  }
  const of = (jobId: string) => ({ jobId, attempt: 1, owner: 'bench' });
  const handle = (jobId: string) => ({ ...of(jobId), id: jobId, data: {} });
  append([
    {
      kind: 'sweep_planned',
      sweepId,
      token: 'bench',
      backend: 'submitit',
      gpuMode: 'vectorized',
      runsDir: 'runs',
      resources: file.resources,
      jobs: planned,
    },
    { kind: 'dispatcher_started', host: 'here', pid: process.pid, died: null },
    ...names
      .slice(0, 2 * RUNNING)
      .flatMap(({ jobId }, index): Fact[] => [
        { kind: 'attempt_opened', ...of(jobId) },
        { kind: 'job_submitted', ...of(jobId), handle: handle(jobId) },
        index < RUNNING
          ? { kind: 'job_running', ...of(jobId), on: 'gpu-01', since: Date.now() }
          : { kind: 'job_waiting', ...of(jobId), reason: 'Priority' },
      ]),
  ]);
  const steps = new Map<string, number>();
  const health = { state: 'well', text: 'ok', at: Date.now() } as const;
  /** Moves the visible ones on in turn. */
  function progress(count: number, turn: number): void {
    for (let index = 0; index < count; index++) {
      const job = names[(turn * count + index) % RUNNING];
      if (job !== undefined) steps.set(job.jobId, (steps.get(job.jobId) ?? 0) + 37);
    }
    const live = liveSnapshot(
      {
        sweep,
        vigils: new Map(),
        policy: { limits: DEFAULT_LIMITS, keepsRuns: false },
        epoch: 1,
      } as never,
      {
        time: Date.now(),
        health: { ...health, at: Date.now() },
        notices: [],
      },
    );
    const jobs = live.jobs.map((job) => {
      const done = steps.get(job.jobId) ?? 100;
      const llc = 90 + (done % 70) / 10;
      return job.state === 'running'
        ? {
            ...job,
            heardAt: Date.now(),
            progress: {
              owner: 'bench',
              beat: done,
              stage: 'sampling',
              done,
              total: 6000,
              llc,
              llcSe: 1,
              rhat: 1.02,
              ess: 200,
              llcByChain: [llc, llc, llc, llc],
            },
          }
        : job;
    });
    writeFileSync(files.live, JSON.stringify({ ...live, jobs }));
    if (turn % 5 === 0) trace(names[0]?.jobId ?? '', turn);
  }
  /** A worker writes its trace every five seconds; the pane shows that of the cursor's job. */
  function trace(jobId: string, turn: number): void {
    const path = attemptLayout(files.attempt(jobId, 1)).trace;
    const points = Array.from({ length: 100 + turn }, (_, index) => {
      const llc = 90 + 10 * Math.sin(index / 9) * Math.exp(-index / 60) + turn / 4;
      const llcByChain = [0, 1, 2, 3].map((chain) => llc + Math.sin(index / 7 + chain));
      return { step: 50 * (index + 1), llcByChain, llc, llcSe: 1, rhat: 1.02, ess: 200 };
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ points }));
  }
  progress(8, 0);
  return { names, append, progress, of };
}

function openConsole(sweepId: string) {
  const program = pty.spawn(LLC, ['tui', '--attach', sweepId], {
    name: 'xterm-256color',
    cols: 120,
    rows: 44,
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      XDG_CONFIG_HOME: folder,
    },
  });
  let bytes = 0;
  let text = '';
  let onData = (): void => {};
  program.onData((data) => {
    bytes += Buffer.byteLength(data);
    if (text.length < 1e6) text += data;
    onData();
  });
  const exit = new Promise<void>((resolve) => program.onExit(() => resolve()));
  const ticks = (): number => {
    const fields =
      readFileSync(`/proc/${program.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  return {
    bytes: () => bytes,
    /** CPU seconds: the kernel counts in hundredths. */
    cpu: () => ticks() / 100,
    megabytes: () =>
      (Number(readFileSync(`/proc/${program.pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1e6,
    press: (keys: string) => program.write(keys),
    async shows(pattern: RegExp): Promise<void> {
      while (!pattern.test(text)) await next();
    },
    next,
    async end() {
      program.write('q');
      await exit;
    },
  };
  function next(): Promise<void> {
    return new Promise((resolve) => {
      onData = resolve;
    });
  }
}

const GRID = /large s0/;
const rows: string[][] = [];
function row(what: string, figure: string, target: string): void {
  rows.push([what.padEnd(44), figure.padStart(26), target.padStart(12)]);
}
const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ??
  Number.NaN;

async function load(what: string, sweepId: string, sweep: Awaited<ReturnType<typeof writeSweep>>) {
  const console_ = openConsole(sweepId);
  await console_.shows(GRID);
  await delay(3000);
  const start = console_.megabytes();
  const [bytes, cpu] = [console_.bytes(), console_.cpu()];
  for (let second = 1; second <= 20; second++) {
    sweep.progress(8, second);
    await delay(1000);
  }
  row(`${what}: bytes a second`, ((console_.bytes() - bytes) / 20).toFixed(0), '600');
  row(`${what}: CPU`, `${((100 * (console_.cpu() - cpu)) / 20).toFixed(1)} %`, '4 %');
  return { ...console_, start };
}

try {
  const small = await writeSweep('small', 40);
  const big = await writeSweep('big', 1250);

  const firsts: number[] = [];
  for (let run = 0; run < 11; run++) {
    const began = performance.now();
    const console_ = openConsole('small');
    await console_.shows(GRID);
    // The first start of all fills caches.
    if (run > 0) firsts.push(performance.now() - began);
    await console_.end();
  }
  const ms = (q: number) => quantile(firsts, q).toFixed(0);
  row('first frame, min / median / max', `${ms(0)} / ${ms(0.5)} / ${ms(1)} ms`, '150 ms');

  const quiet = openConsole('small');
  await quiet.shows(GRID);
  await delay(3000);
  const before = quiet.bytes();
  await delay(10_000);
  row('quiet: bytes a second', ((quiet.bytes() - before) / 10).toFixed(0), '20');
  await quiet.end();

  await (await load('40 rows, 8 updates a second', 'small', small)).end();
  const console_ = await load('5,000 jobs, 8 updates a second', 'big', big);

  const waits: number[] = [];
  for (let press = 0; press < 100; press++) {
    await delay(60);
    const began = performance.now();
    const answered = console_.next();
    console_.press(press % 40 < 20 ? 'j' : 'k');
    await answered;
    waits.push(performance.now() - began);
  }
  row(
    '5,000 jobs: key to screen, median / p95',
    `${quantile(waits, 0.5).toFixed(0)} / ${quantile(waits, 0.95).toFixed(0)} ms`,
    '50 ms',
  );

  const memory = [console_.start, console_.megabytes()];
  const REASONS = ['Priority', 'Resources'];
  for (let part = 0; part < 96; part++) {
    const waiting = big.names.slice(RUNNING, 2 * RUNNING);
    big.append(
      Array.from({ length: 300 }, (_, index): Fact => {
        const { jobId } = waiting[index % waiting.length] as { jobId: string };
        return { kind: 'job_waiting', ...big.of(jobId), reason: REASONS[(part + index) % 2] ?? '' };
      }),
    );
    big.progress(8, part);
    await delay(250);
    if (part === 47) memory.push(console_.megabytes());
  }
  await delay(2000);
  memory.push(console_.megabytes());
  row(
    '5,000 jobs: memory',
    memory
      .map((mb) => mb.toFixed(0))
      .join(' / ')
      .concat(' MB'),
    '150, flat',
  );
  await console_.end();

  console.log(
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), node ${process.versions.node}\n`,
  );
  console.log(`${' '.repeat(44)}${'measured'.padStart(26)}${'target'.padStart(12)}`);
  for (const cells of rows) console.log(cells.join(''));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
