import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, type TestContext, test } from 'vitest';
import type { SlurmBackendOptions } from '../../../src/backends/slurm/slurm-backend.ts';
import { attemptLayout, slurmLayout, sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { Attempt, Backend, JobHandle, Observation } from '../../../src/dispatch/backend.ts';
import { standInJob } from '../../fixtures/stand-in-jobs.ts';
import type { SlurmBed } from '../../testbeds/slurm-bed.ts';
import { backendOn, builtStandIn, NEVER, SMALL } from './contract-on-slurm.ts';

/** A sweep's folder on the bed, with the stand-in worker. */
async function place(bed: SlurmBed, { onTestFinished }: TestContext) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'llc-on-slurm-')));
  const worker = await builtStandIn(dir);
  const { dir: sweepDir } = sweepLayout(join(dir, 'sweeps'), 's');
  const submissions = () =>
    readdirSync(slurmLayout(sweepDir).dir).filter((name) => name.startsWith('llc-'));
  mkdirSync(slurmLayout(sweepDir).dir, { recursive: true });
  onTestFinished(async () => {
    for (const name of submissions())
      await bed.run('scancel', '--full', '--signal=KILL', `--name=${name}`);
    for (const name of submissions()) await bed.run('scancel', `--name=${name}`);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    dir,
    submissions,
    script: (name: string) => readFileSync(slurmLayout(sweepDir).submission(name).script, 'utf8'),
    backend: (more: Partial<SlurmBackendOptions> = {}) => backendOn(bed, dir, worker, more),
    /** Attempts of a problem, as many as are asked for. */
    attempts(problem: string, count: number): Attempt[] {
      return Array.from({ length: count }, (_, seed) => {
        const job = standInJob(problem, seed);
        const folder = sweepLayout(join(dir, 'sweeps'), 's').attempt(job.jobId, 1);
        mkdirSync(folder, { recursive: true });
        const payload = { owner: 'owner', attempt: 1, job, runsDir: join(dir, 'runs') };
        writeFileSync(attemptLayout(folder).payload, JSON.stringify(payload));
        return { job, attempt: 1, owner: 'owner', resources: SMALL, dir: folder };
      });
    },
  };
}

async function handlesOf(backend: Backend, attempts: readonly Attempt[]): Promise<JobHandle[]> {
  const answers = await backend.submit(attempts, NEVER);
  return answers.map((answer) => {
    if (answer.kind !== 'submitted') throw new Error(JSON.stringify(answer));
    return answer.handle;
  });
}

/** Looks until all are so. */
async function until(
  backend: Backend,
  handles: readonly JobHandle[],
  is: (observation: Observation) => boolean,
): Promise<readonly Observation[]> {
  for (;;) {
    const seen = await backend.observe(handles, NEVER);
    if (seen.every(is)) return seen;
    await delay(50);
  }
}

export function backendOnSlurm(bed: SlurmBed): void {
  describe.concurrent('jobs on Slurm', () => {
    test('more than an array may have go in two, which keep the limit of jobs at once together', async (ctx) => {
      const at = await place(bed, ctx);
      const backend = at.backend({ maxConcurrent: 10 });
      const handles = await handlesOf(backend, at.attempts('hang', 50));
      expect(new Set(handles.map(({ id }) => id)).size).toBe(50);
      const arrays = at.submissions().map((name) => /--array=(\S+)/.exec(at.script(name))?.[1]);
      expect(arrays.sort()).toEqual(['0-40%8', '0-8%2']);
      const states = await backend.cancel(handles, NEVER);
      expect(new Set(states.map(({ kind }) => kind))).toEqual(new Set(['cancelled']));
    });

    test('where the queue takes no more, some go and the others are told to wait', async (ctx) => {
      const at = await place(bed, ctx);
      const slurm = { ...NARROW, qos: 'narrow' };
      const backend = at.backend({ slurm });
      const answers = await backend.submit(at.attempts('ok', 5), NEVER);
      const kinds = answers.map(({ kind }) => kind);
      expect(kinds).toEqual(['submitted', 'submitted', 'submitted', 'full', 'full']);
      const handles = answers.flatMap((answer) =>
        answer.kind === 'submitted' ? answer.handle : [],
      );
      await until(backend, handles, ({ kind }) => kind === 'ended');
      // Slurm counts a job until its accounts know of its end.
      for (;;) {
        const again = await backend.submit(at.attempts('ok', 5).slice(3), NEVER);
        if (again.every(({ kind }) => kind === 'submitted')) break;
        await delay(100);
      }
    });

    test('a task that somebody takes out of the queue is an error that says so', async (ctx) => {
      const at = await place(bed, ctx);
      const backend = at.backend({ maxConcurrent: 1, patience: { endingMs: 500 } });
      const handles = await handlesOf(backend, at.attempts('hang', 3));
      await until(backend, handles.slice(1), ({ kind }) => kind === 'waiting');
      await bed.run('scancel', handles[1]?.id ?? '');
      const [seen] = await until(backend, handles.slice(1, 2), ({ kind }) => kind === 'failed');
      expect(seen).toMatchObject({ failure: { errorType: 'cancelled_by_site' } });
      expect((await backend.observe(handles.slice(2), NEVER))[0]?.kind).toBe('waiting');
    });

    test('whoever comes hours later is told by the files, without Slurm', async (ctx) => {
      const at = await place(bed, ctx);
      const backend = at.backend();
      const handles = await handlesOf(backend, [
        ...at.attempts('ok', 2),
        ...at.attempts('crash', 1),
      ]);
      await until(backend, handles, ({ kind }) => kind === 'ended' || kind === 'failed');
      const nowhere = { ...bed, conf: join(at.dir, 'no-slurm.conf') };
      const later = backendOn(nowhere, at.dir, join(at.dir, 'worker.js'));
      const seen = await later.observe(handles, NEVER);
      expect(seen.map(({ kind }) => kind)).toEqual(['ended', 'ended', 'failed']);
    });

    test('a submission of which nobody knows is looked up by its name', async (ctx) => {
      const at = await place(bed, ctx);
      const handles = await handlesOf(at.backend(), at.attempts('hang', 2));
      // As if the dispatcher had died before it could write the number down.
      for (const name of at.submissions()) rmSync(join(at.dir, 'sweeps/s/slurm', name, 'job.json'));
      const again = await handlesOf(at.backend(), at.attempts('hang', 2));
      expect(again.map(({ id }) => id)).toEqual(handles.map(({ id }) => id));
      expect(at.submissions()).toHaveLength(1);
    });

    test.for([`it's "odd" %A $HOME \`x\` #1 ü`, 'back\\slash %a'])(
      'folders with any name do: %s',
      async (odd, ctx) => {
        const at = await place(bed, ctx);
        const attempts = at.attempts('ok', 1).map((attempt) => {
          const folder = sweepLayout(join(at.dir, odd, 'sweeps'), 's').attempt(
            attempt.job.jobId,
            1,
          );
          mkdirSync(folder, { recursive: true });
          const payload = readFileSync(attemptLayout(attempt.dir).payload, 'utf8');
          writeFileSync(attemptLayout(folder).payload, payload);
          return { ...attempt, dir: folder };
        });
        const backend = at.backend();
        await until(backend, await handlesOf(backend, attempts), ({ kind }) => kind === 'ended');
      },
    );

    test('each partition tells what is free, and of GPUs which', async (ctx) => {
      const at = await place(bed, ctx);
      const { partitions, accounts, gpuTypes } = await at.backend().discover(NEVER);
      expect(partitions.map(({ name }) => name)).toEqual([
        'cpu',
        'gpu',
        'solo',
        'high',
        'low',
        'closed',
      ]);
      const gpu = partitions.find(({ name }) => name === 'gpu');
      expect(gpu).toMatchObject({ state: 'up', limitMin: 120, gpus: [{ type: 'a100', total: 4 }] });
      expect(partitions.at(-1)).toMatchObject({
        state: 'down',
        note: expect.stringContaining('starts none'),
      });
      expect(accounts).toEqual(['lab', 'root']);
      expect(partitions.map((partition) => partition.accounts)).toEqual([
        ...Array(3).fill(undefined),
        ['lab'],
        ...Array(2).fill(undefined),
      ]);
      expect(gpuTypes).toEqual([{ name: 'a100', perHour: null }]);
    });
  });
}

const NARROW: SlurmBackendOptions['slurm'] = {
  partition: 'gpu',
  account: null,
  qos: null,
  constraint: null,
  extra: {},
  warningS: 30,
  gpuType: null,
};
