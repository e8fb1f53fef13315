/**
 * What a sweep on Slurm costs this program and the controller, and how soon an end is in the table, on the Slurm that
 * the tests use; beside submitit, measured the same way, where there is a Python that has it:
 *
 *     npm run build && node bench/slurm.ts [--python /path/to/python]        some four minutes, as root
 *
 * Submission: 1,000 jobs that wait, five times, in arrays of 40: more the site does not take. Polls: a minute in which 1,000 waiting jobs are looked at once a second,
 * as the dispatcher does. End to row: jobs of about a second, from the time of their result's file to the row in
 * results.csv, looked for every 20 ms.
 */
import { spawn } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { localCluster } from '../src/backends/slurm/local-cluster.ts';
import { slurmBackend } from '../src/backends/slurm/slurm-backend.ts';
import { sweepLayout } from '../src/dispatch/artifacts/layout.ts';
import type { Attempt, Backend, JobHandle } from '../src/dispatch/backend.ts';
import { readCsv } from '../test/dispatch/artifacts/csv-reader.ts';
import { RESOURCES, standInJob } from '../test/fixtures/stand-in-jobs.ts';
import { startSlurmBed } from '../test/testbeds/slurm-bed.ts';

const LLC = join(import.meta.dirname, '../bin/llc');
const PEER = join(import.meta.dirname, 'peers/submitit_on_slurm.py');
const JOBS = 1000;
const SUBMISSIONS = 5;
const POLL_S = 60;
const IDLE_S = 30;
const SHORT_JOBS = 40;
const NEVER = new AbortController().signal;
const SMALL = { ...RESOURCES, memoryGb: 0.06, timeoutMin: 10 };

const { values: given } = parseArgs({ options: { python: { type: 'string' } } });
const started = await startSlurmBed();
if ('impossible' in started) {
  console.log(`No Slurm can be started here: ${started.impossible}`);
  process.exit(0);
}
const bed = started;
const root = mkdtempSync(join(tmpdir(), 'llc-bench-slurm-'));
const environment = { ...process.env, SLURM_CONF: bed.conf };

/** CPU milliseconds of the controller; the kernel counts in hundredths of a second. */
function controllerMs(): number {
  const pid = readFileSync(join(bed.dir, 'run/slurmctld.pid'), 'utf8').trim();
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

const ownMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const rows: string[][] = [];
function row(what: string, llc: string, submitit = ''): void {
  rows.push([what.padEnd(52), llc.padStart(16), submitit.padStart(16)]);
}
const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ??
  Number.NaN;

function backend(): Backend {
  return slurmBackend({
    cluster: localCluster({ workerPath: LLC, storeDir: join(root, '.llc'), environment }),
    slurm: {
      partition: 'cpu',
      account: null,
      qos: null,
      constraint: null,
      extra: { begin: 'now+1hour' },
      warningS: 30,
      gpuType: null,
    },
    runsDir: join(root, 'runs'),
    timeoutMin: 10,
    memoryGb: SMALL.memoryGb,
    maxRetries: 3,
    maxConcurrent: null,
    environment: {},
  });
}

function attempts(part: number): Attempt[] {
  const job = standInJob('hang');
  return Array.from({ length: JOBS }, (_, index) => {
    const jobId = `${part}-${index}`;
    const dir = sweepLayout(join(root, 'sweeps'), 'bench').attempt(jobId, 1);
    mkdirSync(dir, { recursive: true });
    const attempt = {
      job: { ...job, jobId },
      attempt: 1,
      owner: `o-${jobId}`,
      resources: SMALL,
      dir,
    };
    writeFileSync(join(dir, 'payload.json'), JSON.stringify(attempt));
    return attempt;
  });
}

async function waitingJobs() {
  const place = backend();
  const all: JobHandle[] = [];
  const groups = Array.from({ length: SUBMISSIONS }, (_, part) => attempts(part));
  const before = { wall: performance.now(), own: ownMs(), controller: controllerMs() };
  for (const group of groups) {
    for (const answer of await place.submit(group, NEVER)) {
      if (answer.kind !== 'submitted') throw new Error(JSON.stringify(answer));
      all.push(answer.handle);
    }
  }
  const jobs = all.length;
  const submission = {
    wall: (performance.now() - before.wall) / jobs,
    own: (ownMs() - before.own) / jobs,
    controller: (controllerMs() - before.controller) / jobs,
  };

  const watched = all.slice(0, JOBS);
  await bed.run('scancel', ...new Set(all.slice(JOBS).map(({ id }) => id.split('_')[0] ?? '')));
  await delay(2000);
  const idleFrom = controllerMs();
  await delay(1000 * IDLE_S);
  const idle = (controllerMs() - idleFrom) / IDLE_S;
  const polls = { own: ownMs(), controller: controllerMs(), wall: performance.now() };
  for (let second = 0; second < POLL_S; second++) {
    await place.observe(watched, NEVER);
    await delay(Math.max(0, polls.wall + 1000 * (second + 1) - performance.now()));
  }
  const poll = {
    own: (ownMs() - polls.own) / POLL_S,
    controller: (controllerMs() - polls.controller) / POLL_S,
    idle,
  };
  await bed.run('scancel', ...new Set(watched.map(({ id }) => id.split('_')[0] ?? '')));
  return { submission, poll };
}

/** Seconds from the file of each result to its row. */
async function endsToRows(): Promise<number[]> {
  const cwd = join(root, 'short');
  mkdirSync(cwd);
  const sweep = spawn(
    LLC,
    [
      'sweep',
      ...[
        '--backend=submitit',
        '--target=quadratic',
        '--quad-dim=4',
        '--n-data=1000',
        '--chains=2',
      ],
      ...[
        '--hmc-draws=400',
        '--hmc-warmup=200',
        '--cpus=1',
        '--mem-gb=0.25',
        '--initial-delay-s=0',
      ],
      ...['--sampler-grid=[{"name":"hmc"}]', `--n-seeds=${SHORT_JOBS}`, '--max-concurrent=4'],
    ],
    { cwd, env: environment, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => sweep.once('exit', () => resolve()));
  const seen = new Map<string, number>();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (let last = false; !last; ) {
    last = over;
    const [table] = globSync('sweeps/*/results.csv', { cwd });
    const text = table === undefined ? '' : readFileSync(join(cwd, table), 'utf8');
    const [header = [], ...lines] = readCsv(text);
    for (const line of lines) {
      const seed = line[header.indexOf('seed')] ?? '';
      if (!seen.has(seed)) seen.set(seed, Date.now());
    }
    await delay(20);
  }
  return globSync('sweeps/*/jobs/*/attempt-1/result.json', { cwd }).flatMap((path) => {
    const seed =
      basename(dirname(dirname(path)))
        .split('-')
        .at(-1) ?? '';
    const at = seen.get(seed);
    return at === undefined ? [] : (at - statSync(join(cwd, path)).mtimeMs) / 1000;
  });
}

interface Peer {
  readonly submit: { readonly wall: number; readonly controller: number };
  readonly poll: { readonly wall: number; readonly controller: number };
  readonly ends: readonly number[];
}

/** submitit's own figures, or why there are none. */
async function peer(): Promise<Peer | string> {
  const { python } = given;
  if (python === undefined) return 'no --python was given';
  const { stdout, stderr, exitCode } = await execa(
    python,
    [
      PEER,
      join(root, 'peer'),
      join(bed.dir, 'run/slurmctld.pid'),
      String(JOBS),
      String(SHORT_JOBS),
    ],
    { env: environment, reject: false, stdin: 'ignore' },
  );
  return exitCode === 0
    ? (JSON.parse(stdout.split('\n').at(-1) ?? '') as Peer)
    : stderr.slice(-500);
}

try {
  const { submission, poll } = await waitingJobs();
  const ends = await endsToRows();
  const other = await peer();
  const known = typeof other === 'string' ? null : other;
  const ms = (value: number | undefined) => (value === undefined ? '' : `${value.toFixed(2)} ms`);
  row('submission, a job: time', ms(submission.wall), ms(known?.submit.wall));
  row('submission, a job: CPU of this program', ms(submission.own));
  row(
    'submission, a job: CPU of slurmctld',
    ms(submission.controller),
    ms(known?.submit.controller),
  );
  row('1,000 waiting jobs, a second: CPU of this program', ms(poll.own));
  row('1,000 waiting jobs, a second: CPU of slurmctld', ms(poll.controller));
  row('  while nobody looks', ms(poll.idle));
  row('1,000 waiting jobs, a poll: time', '', ms(known?.poll.wall));
  row('1,000 waiting jobs, a poll: CPU of slurmctld', '', ms(known?.poll.controller));
  const s = (values: readonly number[], q: number) =>
    values.length === 0 ? '' : `${quantile(values, q).toFixed(2)} s`;
  row('end of a job to its row: median', s(ends, 0.5), s(known?.ends ?? [], 0.5));
  row('end of a job to its row: largest', s(ends, 1), s(known?.ends ?? [], 1));
  console.log(`${' '.repeat(52)}${'llc'.padStart(16)}${'submitit'.padStart(16)}`);
  for (const cells of rows) console.log(cells.join('').trimEnd());
  if (typeof other === 'string') console.log(`\nsubmitit was not measured: ${other}`);
} finally {
  await bed.down();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
