import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { BUNDLE } from '../../../scripts/bundle-options.ts';
import { localCluster } from '../../../src/backends/slurm/local-cluster.ts';
import {
  type SlurmBackendOptions,
  slurmBackend,
} from '../../../src/backends/slurm/slurm-backend.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { Attempt, Backend } from '../../../src/dispatch/backend.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import type { SlurmBed } from '../../testbeds/slurm-bed.ts';
import type { Deed } from '../contract/harness.ts';
import { backendContract } from '../contract.ts';

export const NEVER = new AbortController().signal;

/** Little, so that many fit side by side. */
export const SMALL = { ...RESOURCES, memoryGb: 0.06, timeoutMin: 10 };

const PROBLEMS: Record<Deed, string> = {
  'ends ok': 'ok',
  hangs: 'hang',
  fails: 'crash',
  'finishes when asked': 'finishes-when-asked',
  'is refused': 'ok',
};

/** A backend of the bed with the stand-in worker. */
export function backendOn(
  bed: SlurmBed,
  dir: string,
  worker: string,
  more: Partial<SlurmBackendOptions> = {},
): Backend {
  return slurmBackend({
    cluster: localCluster({
      workerPath: worker,
      storeDir: join(dir, '.llc'),
      environment: { ...process.env, SLURM_CONF: bed.conf },
    }),
    slurm: {
      partition: 'cpu',
      account: null,
      qos: null,
      constraint: null,
      extra: {},
      warningS: 30,
      gpuType: null,
    },
    runsDir: join(dir, 'runs'),
    timeoutMin: 10,
    memoryGb: SMALL.memoryGb,
    maxRetries: 3,
    maxConcurrent: null,
    environment: {},
    // As few calls as usual, only sooner.
    pace: { urgentMs: 50, shortestMs: 300 },
    ...more,
  });
}

/** The stand-in worker as one file that runs anywhere. */
export async function builtStandIn(dir: string): Promise<string> {
  const outfile = join(dir, 'worker.js');
  await build({
    ...BUNDLE,
    entryPoints: [join(import.meta.dirname, '../../fixtures/workers/stand-in.ts')],
    outfile,
  });
  return outfile;
}

/** An attempt with its payload written, as the run loop hands it over. */
function attemptIn(dir: string, problem: string, attempt = 1): Attempt {
  const job = standInJob(problem);
  const owner = `owner-${attempt}`;
  const folder = sweepLayout(join(dir, 'sweeps'), 'contract').attempt(job.jobId, attempt);
  mkdirSync(folder, { recursive: true });
  const payload = { owner, attempt, job, runsDir: join(dir, 'runs') };
  writeFileSync(join(folder, 'payload.json'), JSON.stringify(payload));
  return { job, attempt, owner, resources: SMALL, dir: folder };
}

export function contractOnSlurm(bed: SlurmBed): void {
  backendContract('submitit', { wake: false, storage: false }, async () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'llc-contract-')));
    const worker = await builtStandIn(dir);
    const request = { jobs: [standInJob('ok')], resources: SMALL };
    return {
      backend: backendOn(bed, dir, worker),
      laterDispatcher: () => backendOn(bed, dir, worker),
      attempt(deed, number) {
        const attempt = attemptIn(dir, PROBLEMS[deed], number);
        // More than any node has.
        return deed === 'is refused'
          ? { ...attempt, resources: { ...SMALL, memoryGb: 1e5 } }
          : attempt;
      },
      accepted: request,
      refused: { ...request, resources: { ...SMALL, memoryGb: 1e5 } },
      pass: () => delay(20),
      // Each start of a worker says hello or finds that another has.
      timesStarted: async ({ dir: folder }) => {
        const hello = JSON.parse(readFileSync(join(folder, 'hello.json'), 'utf8')) as object;
        const log = readFileSync(join(folder, 'stdout.log'), 'utf8');
        return (hello === null ? 0 : 1) + (log.match(/another worker/g)?.length ?? 0);
      },
      async cleanUp(handles) {
        for (const { id } of handles) await bed.run('scancel', '--full', '--signal=KILL', id);
        await bed.run('scancel', ...handles.map(({ id }) => id));
        rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  });
}
