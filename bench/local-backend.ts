/**
 * What a job costs the process that runs a sweep on the local backend, CPU milliseconds beside the bare
 * start of the same program:
 *
 *     node bench/local-backend.ts [jobs, default 500]
 *
 * Eight no-op workers live at a time; each end wakes the caller, which then observes all of them. Counted
 * is this process alone, its threads and the kernel's work for it included, not the workers. Creating a file can
 * take the kernel a hundred times longer on one disc than on another: TMPDIR=/dev/shm leaves the disc out.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { localBackend } from '../src/backends/local/local-backend.ts';
import type { Attempt, JobHandle } from '../src/dispatch/backend.ts';
import { RESOURCES, standInJob } from '../test/fixtures/stand-in-jobs.ts';

const JOBS = Number(process.argv[2] ?? 500);
const AT_ONCE = 8;
const ROUND = 50;
const WORKER = resolve(import.meta.dirname, '../test/fixtures/workers/no-op.cjs');
const NEVER = new AbortController().signal;

const root = mkdtempSync(join(tmpdir(), 'llc-bench-'));
const backend = localBackend({ workerPath: WORKER, runsDir: root, cpus: 1 });
const spent: Record<string, number> = {};

/** Does a step and adds the CPU time that passed meanwhile to its name. */
async function counted<T>(name: string, step: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const value = await step();
  const { user, system } = process.cpuUsage(before);
  spent[name] = (spent[name] ?? 0) + (user + system) / 1000;
  return value;
}

function attempts(folder: string, jobs: number): Attempt[] {
  const job = standInJob('no-op');
  return Array.from({ length: jobs }, (_, i) => {
    const dir = join(root, folder, `${i}`);
    const attempt = { job, attempt: 1, owner: `owner-${i}`, resources: RESOURCES, dir };
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'payload.json'), JSON.stringify(attempt));
    return attempt;
  });
}

async function bare(all: readonly Attempt[]): Promise<void> {
  const left = [...all];
  const one = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const child = spawn(process.execPath, [WORKER, next.dir], {
        detached: true,
        stdio: 'ignore',
      });
      await new Promise((ended) => child.once('exit', ended));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function through(all: readonly Attempt[]): Promise<void> {
  const left = [...all];
  let live: JobHandle[] = [];
  while (left.length > 0 || live.length > 0) {
    const next = left.splice(0, AT_ONCE - live.length);
    const submissions = await counted('submit', () => backend.submit(next, NEVER));
    for (const submission of submissions)
      if (submission.kind === 'submitted') live.push(submission.handle);
      else throw new Error(JSON.stringify(submission));
    await counted('wake', async () => backend.wake?.(NEVER));
    const seen = await counted('observe', () => backend.observe(live, NEVER));
    const failed = seen.find(({ kind }) => kind === 'failed');
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    const ended = live.filter((_, i) => seen[i]?.kind === 'ended');
    await counted('usage', () => backend.usage(ended, NEVER));
    live = live.filter((_, i) => seen[i]?.kind !== 'ended');
  }
}

try {
  await bare(attempts('bare warm-up', 20));
  await through(attempts('warm-up', 20));
  for (const name of Object.keys(spent)) spent[name] = 0;
  // By turns, since a fork costs the more the more memory this process has by then.
  for (let done = 0; done < JOBS; done += ROUND) {
    const jobs = Math.min(ROUND, JOBS - done);
    const [first, second] = [attempts(`bare-${done}`, jobs), attempts(`backend-${done}`, jobs)];
    await counted('bare', () => bare(first));
    await through(second);
  }
} finally {
  rmSync(root, { recursive: true });
}

const { bare: start = 0, ...steps } = spent;
const total = Object.values(steps).reduce((sum, ms) => sum + ms, 0);
console.log(`CPU milliseconds a job, ${JOBS} jobs, ${AT_ONCE} at once`);
for (const [name, ms] of Object.entries({
  'bare start': start,
  ...steps,
  'whole backend': total,
  'beside the bare start': total - start,
}))
  console.log(`${name.padEnd(22)} ${(ms / JOBS).toFixed(3).padStart(8)}`);
