/** One of the processes that bench/dispatch.ts compares; prints what it has used as its last line. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { localBackend } from '../src/backends/local/local-backend.ts';
import { resolveRunOptions } from '../src/dispatch/config/resolve-run-options.ts';
import { SWEEP_FILE_VERSION, writeSweepFile } from '../src/dispatch/plan/sweep-file.ts';
import { supervise } from '../src/dispatch/supervisor/supervise.ts';
import { RESOURCES, standInJob } from '../test/fixtures/stand-in-jobs.ts';

export interface Measured {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakBytes: number;
}

const AT_ONCE = 2;

const [what, count, folder, noOp] = process.argv.slice(2) as [string, string, string, string];
const jobs = Number(count);
const sweepDir = join(folder, 'sweeps', 'bench');
const before = process.cpuUsage();
const began = performance.now();
if (what === 'plan') await planSweep();
else if (what === 'bare') await startBare();
else await superviseSweep();
const { user, system } = process.cpuUsage(before);
const measured: Measured = {
  cpuMs: (user + system) / 1000,
  wallMs: performance.now() - began,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(measured));

/** The same program, as many at once, output into files, and nothing else. */
async function startBare(): Promise<void> {
  const queue = Array.from({ length: jobs }, (_, i) => i).values();
  const log = openSync(join(folder, 'bare.log'), 'a');
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const i of queue)
        await new Promise<void>((resolve, reject) => {
          const child = spawn(process.execPath, [noOp, join(folder, 'none', String(i))], {
            detached: true,
            stdio: ['ignore', log, log],
          });
          child.once('error', reject);
          child.once('exit', () => resolve());
        });
    }),
  );
}

async function planSweep(): Promise<void> {
  mkdirSync(sweepDir, { recursive: true });
  const { options } = resolveRunOptions({ flags: {}, env: {}, remembered: {} });
  await writeSweepFile(join(sweepDir, 'plan.json'), {
    version: SWEEP_FILE_VERSION,
    command: 'sweep',
    sweepId: 'bench',
    backend: 'local',
    resources: RESOURCES,
    runsDir: 'runs',
    jobs: Array.from({ length: jobs }, (_, seed) => standInJob('no-op', seed)),
    planned: [],
    notes: [],
    schemaHash: 'schema',
    codeVersion: 'code',
    options,
  });
}

async function superviseSweep(): Promise<void> {
  process.chdir(folder);
  const ended = await supervise(sweepDir, {
    createBackend: () =>
      localBackend({
        workerPath: noOp,
        runsDir: join(folder, 'runs'),
        cpus: 1,
        workers: AT_ONCE,
      }),
    signal: new AbortController().signal,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  if (ended.kind !== 'left') throw new Error('another process runs the sweep');
}
