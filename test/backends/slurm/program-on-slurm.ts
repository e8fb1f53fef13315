import { existsSync, globSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { slurmHealth } from '../../../src/backends/slurm/health.ts';
import { localCluster } from '../../../src/backends/slurm/local-cluster.ts';
import type { SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { readJournal } from '../../../src/dispatch/journal/replay.ts';
import { readCsv } from '../../dispatch/artifacts/csv-reader.ts';
import { llc } from '../../e2e/llc.ts';
import { killNow, processesOf } from '../../e2e/processes.ts';
import type { SlurmBed } from '../../testbeds/slurm-bed.ts';

/** Jobs of about a second. */
const SMALL = [
  '--backend=submitit',
  '--target=quadratic',
  '--quad-dim=4',
  '--n-data=1000',
  '--chains=2',
  '--sgld-steps=3000',
  '--sghmc-steps=3000',
  '--hmc-draws=400',
  '--hmc-warmup=200',
  '--mclmc-draws=1000',
  '--mclmc-tune-steps=500',
  '--cpus=1',
  '--mem-gb=0.25',
  '--initial-delay-s=0.1',
] as const;

/** One job that runs for half a minute if nobody ends it. */
const LONG = [...SMALL, '--sampler=sgld', '--sgld-steps=10000000', '--mem-gb=2'] as const;

/** A working directory in which the program drives the bed. */
interface Workplace {
  readonly folder: string;
  llc(...args: string[]): ReturnType<typeof llc>;
  events(): Promise<readonly SweepEvent[]>;
  /** Waits until the journal holds such an event. */
  until<K extends SweepEvent['kind']>(
    kind: K,
    where?: (event: Extract<SweepEvent, { kind: K }>) => boolean,
  ): Promise<Extract<SweepEvent, { kind: K }>>;
  /** Rows of a table without its header. */
  table(name: 'results' | 'errors'): readonly Record<string, string>[];
  /** What the script of the only task told of its first start. */
  mark(): unknown;
  /** What the worker of the only job's first attempt said. */
  log(): string;
  /** Scripts that were handed to Slurm. */
  scripts(): readonly string[];
}

export function workplace(
  bed: SlurmBed,
  { onTestFinished }: TestContext,
  conf = bed.conf,
  more: Readonly<Record<string, string>> = {},
): Workplace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llc-e2e-slurm-')));
  const env = { ...more, SLURM_CONF: conf };
  onTestFinished(async () => {
    for (const dir of globSync('sweeps/*', { cwd: folder })) {
      const lives = existsSync(join(folder, dir, 'supervisor.lock'));
      if (lives) await llc(folder, ['cancel', basename(dir), '--take-over'], env);
      for (const name of globSync('slurm/llc-*', { cwd: join(folder, dir) }))
        await bed.run('scancel', `--name=${basename(name)}`);
    }
    for (const left of processesOf(folder)) killNow(left);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const events = async () => {
    const [journal] = globSync('sweeps/*/journal.jsonl', { cwd: folder });
    return journal === undefined ? [] : (await readJournal(join(folder, journal))).events;
  };
  const only = (pattern: string) => {
    const [path = ''] = globSync(pattern, { cwd: folder });
    return readFileSync(join(folder, path), 'utf8');
  };
  return {
    folder,
    llc: (...args) => llc(folder, args, env),
    events,
    async until(kind, where = () => true) {
      for (;;) {
        for (const event of await events()) {
          if (event.kind === kind && where(event as never)) return event as never;
          if (event.kind === 'sweep_ended')
            throw new Error(`ended without ${kind}: ${JSON.stringify(await events())}`);
        }
        await delay(50);
      }
    },
    table(name) {
      const text = readFileSync(join(folder, `llc_sweep_${name}.csv`), 'utf8');
      const [header = [], ...rows] = readCsv(text);
      return rows.map((row) => Object.fromEntries(header.map((key, i) => [key, row[i] ?? ''])));
    },
    mark: () => JSON.parse(only('sweeps/*/slurm/ends/*.0')),
    log: () => only('sweeps/*/jobs/*/attempt-1/stdout.log'),
    scripts: () => globSync('sweeps/*/slurm/llc-*/array.sh', { cwd: folder }),
  };
}

/** Behaviour that leaves the cluster as it is, so that all can be tried side by side. */
export function programOnSlurm(bed: SlurmBed): void {
  describe.concurrent('the program on a Slurm that works', () => {
    test('a sweep is one array, and its results are in the table', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      const { exitCode, stdout } = await at.llc(
        'sweep',
        ...SMALL,
        '--n-seeds=2',
        '--max-concurrent=4',
      );
      expect(stdout).toContain('8 ok');
      expect(exitCode).toBe(0);
      expect(at.table('results').map(({ backend }) => backend)).toEqual(Array(8).fill('submitit'));
      expect(at.table('errors')).toEqual([]);
      expect(at.scripts()).toHaveLength(1);
      const script = readFileSync(join(at.folder, at.scripts()[0] ?? ''), 'utf8');
      expect(script).toContain('#SBATCH --array=0-7%4');
      const ends = (await at.events()).filter((event) => event.kind === 'job_finished');
      for (const { usage } of ends) expect(usage?.cpuHours).toBeGreaterThanOrEqual(0);
    });

    test('a partition that there is not is refused before anything starts, and the others are named', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      const { exitCode, stderr, stdout } = await at.llc(
        'sweep',
        ...SMALL,
        '--n-seeds=1',
        '--slurm-partition=nowhere',
      );
      expect(exitCode).toBe(69);
      expect(`${stdout}${stderr}`).toMatch(/no partition nowhere[\s\S]*cpu, gpu, solo, high, low/);
      expect(at.table('errors').map(({ stage }) => stage)).toEqual(Array(4).fill('preflight'));
      expect(at.scripts()).toEqual([]);
    });

    test.for<[string, string[], RegExp]>([
      [
        'more memory than any node has',
        ['--mem-gb=5000'],
        /node configuration is not available[\s\S]*--mem-gb/,
      ],
      [
        'more time than the partition gives',
        ['--timeout-min=100000'],
        /time limit[\s\S]*--timeout-min/i,
      ],
      ['an account that is none', ['--slurm-account=nobody'], /account[\s\S]*--slurm-account/i],
      ['a quality of service that is none', ['--slurm-qos=nope'], /qos[\s\S]*--slurm-qos/i],
      [
        'a feature that no node has',
        ['--slurm-constraint=quantum'],
        /feature[\s\S]*--slurm-constraint/i,
      ],
      [
        'an option of sbatch that is none',
        ['--slurm-extra=frobnicate=1'],
        /unrecognized option[\s\S]*--slurm-extra/i,
      ],
      [
        'an option that is the script’s own',
        ['--slurm-extra=array=1-5'],
        /sets that option itself/,
      ],
      ['a GPU mode that no engine serves', ['--gpu-mode=vectorized'], /--gpu-mode off/],
      [
        'a GPU where the partition has none',
        ['--gpu-mode=vectorized', '--target=mlp', '--sampler=sgld', '--slurm-partition=cpu'],
        /asks for a GPU: gpu has a100/,
      ],
    ])('%s is refused in words', async ([, flags, words], ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      const { exitCode, stdout, stderr } = await at.llc('run', '--sampler=hmc', ...SMALL, ...flags);
      expect(`${stdout}${stderr}`).toMatch(words);
      expect(exitCode).toBe(69);
    });

    test('doctor tells what there is, and what a node sees', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      const { stdout, exitCode } = await at.llc('doctor', '--backend=slurm');
      expect(stdout).toMatch(/partitions +well +cpu, gpu, solo, high, low, closed \(down\)/);
      expect(stdout).toMatch(/GPUs +well +gpu: a100 4 of 4 free/);
      expect(stdout).toMatch(/accounts +well +lab, root/);
      expect(stdout).toMatch(/a compute node +well +c\d writes here and runs Node 24/);
      // This machine has none; a node of it that has a Vulkan finds a program at best.
      expect(stdout).toMatch(/its GPU +note +gpu: .*--gpu-mode off/);
      expect(exitCode).toBe(0);
    });

    test('a site without accounting does as well', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx, bed.confWithoutAccounting);
      const { exitCode } = await at.llc('sweep', ...SMALL, '--sampler=hmc', '--n-seeds=2');
      expect(exitCode).toBe(0);
      expect(at.table('results')).toHaveLength(2);
    });

    test('a job that reaches its limit is queued again by itself', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      await at.llc('sweep', ...LONG, '--n-seeds=1', '--timeout-min=1', '--detach');
      const { on } = await at.until('job_running');
      expect(on).toMatch(/^c\d$/);
      const again = await at.until('job_waiting', ({ reason }) => /queued again/.test(reason));
      const { attempt } = await at.until('job_running', ({ time }) => time > again.time);
      expect(attempt).toBe(1);
      expect(at.mark()).toMatchObject({ state: 'requeued', code: 85, cause: 'timeout' });
      await expect.poll(() => at.log(), { timeout: 60_000 }).toMatch(/goes on from the checkpoint/);
    });

    test('one that makes way for another goes on after it', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      await at.llc(
        'sweep',
        ...LONG,
        '--n-seeds=1',
        '--sgld-steps=2000000',
        '--timeout-min=30',
        '--slurm-partition=low',
        '--timeout-min=30',
        '--detach',
      );
      await at.until('job_running');
      await bed.run('sbatch', '-p', 'high', '--exclusive', '--output=/dev/null', '--wrap=sleep 1');
      const again = await at.until('job_waiting', ({ reason }) => /queued again/.test(reason));
      expect(at.mark()).toMatchObject({ state: 'requeued', code: 85, cause: 'preempted' });
      const { attempt, time } = await at.until('job_finished');
      expect(attempt).toBe(1);
      expect(time).toBeGreaterThan(again.time);
      expect(at.log()).toMatch(/goes on from the checkpoint/);
    });

    test('one that an administrator ends is an error that says so', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      await at.llc('sweep', ...LONG, '--n-seeds=1', '--detach');
      const { handle } = await at.until('job_submitted');
      await at.until('job_running');
      await bed.run('scancel', handle.id);
      const { failure } = await at.until('job_failed');
      expect(failure).toMatchObject({ errorType: 'cancelled_by_site' });
      expect(failure.error).toMatch(/was cancelled by .*\n.*\n.*retry it/);
    });

    test('cancel ends what waits and what runs, in Slurm too', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      await at.llc('sweep', ...LONG, '--n-seeds=3', '--max-concurrent=1', '--detach');
      await at.until('job_running');
      await at.until('job_waiting', ({ reason }) => /max-concurrent/.test(reason));
      const { handle } = await at.until('job_submitted');
      expect((await at.llc('cancel')).exitCode).toBe(0);
      await at.until('sweep_ended');
      const events = await at.events();
      expect(events.filter(({ kind }) => kind === 'job_cancelled')).toHaveLength(3);
      const array = handle.id.split('_')[0] ?? '';
      // What ran is cleaned up for a moment.
      await expect
        .poll(() => bed.run('squeue', '-h', '-r', '-t', 'all', '-o', '%T', '-j', array))
        .toMatch(/^(CANCELLED\n?)+$/);
    });

    test('a supervisor that dies is followed by one that finds what has ended', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      await at.llc('sweep', ...SMALL, '--n-seeds=2', '--detach');
      await at.until('job_submitted');
      const [supervisor] = processesOf(at.folder).filter(({ kind }) => kind === 'supervisor');
      if (supervisor === undefined) throw new Error('no supervisor');
      killNow(supervisor);
      while (globSync('sweeps/*/slurm/ends/*.0', { cwd: at.folder }).length < 8) await delay(50);
      const { exitCode } = await at.llc('attach');
      expect(exitCode).toBe(0);
      expect(at.table('results')).toHaveLength(8);
      expect(at.scripts()).toHaveLength(1);
    });

    test('a job whose node fails is tried again', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      await at.llc(
        'sweep',
        ...LONG,
        '--n-seeds=1',
        '--slurm-partition=solo',
        '--timeout-min=30',
        '--slurm-extra=no-requeue=',
        '--detach',
      );
      const { on } = await at.until('job_running');
      expect(on).toBe('c4');
      await bed.stop('c4');
      const { failure, retryAt } = await at.until('attempt_failed');
      expect(failure).toMatchObject({ errorType: 'node_failure' });
      expect(failure.error).toMatch(/on c4\) ended as its node failed/);
      expect(retryAt).toBeGreaterThan(0);
    });
  });
}

/** The controller fails, which all jobs of the bed feel. */
export function programOnFailingSlurm(bed: SlurmBed): void {
  test('jobs go on while the controller is down, and the sweep after it', async (ctx) => {
    const { expect } = ctx;
    const at = workplace(bed, ctx);
    const flags = ['--sampler=sgld', '--sgld-steps=700000', '--n-seeds=4', '--max-concurrent=2'];
    await at.llc('sweep', ...SMALL, ...flags, '--detach');
    const { time } = await at.until('job_running');
    // A controller that is killed has forgotten what it had not saved.
    await expect.poll(() => bed.savedAt(), { timeout: 60_000 }).toBeGreaterThan(time);
    await bed.stop('slurmctld');
    const down = Date.now();
    const cluster = localCluster({
      workerPath: '',
      storeDir: '',
      environment: { ...process.env, SLURM_CONF: bed.conf },
    });
    expect(await slurmHealth(cluster, ctx.signal)).toMatchObject({ state: 'down' });
    // Scripts tell of their ends themselves.
    await at.until('job_finished', (event) => event.time > down);
    await bed.start('slurmctld');
    const { exitCode } = await at.llc('attach');
    expect({ exitCode, errors: at.table('errors') }).toEqual({ exitCode: 0, errors: [] });
    expect(at.table('results').map(({ attempts }) => attempts)).toEqual(Array(4).fill('1'));
    expect(at.scripts()).toHaveLength(1);
  });
}
