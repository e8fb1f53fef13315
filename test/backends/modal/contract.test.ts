import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { modalBackend } from '../../../src/backends/modal/modal-backend.ts';
import { sandboxName } from '../../../src/backends/modal/sandbox-name.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { startPlane } from '../../modal-plane/plane.ts';
import { storeRun } from '../../modal-plane/store-run.ts';
import { payloadOf } from '../../worker/attempts.ts';
import type { Deed } from '../contract/harness.ts';
import { backendContract } from '../contract.ts';
import { attemptIn, describeWithContainers } from './on-plane.ts';
import { bundleStandIn } from './stand-in-bundle.ts';

const PROBLEMS: Record<Deed, string> = {
  'ends ok': 'ok',
  hangs: 'hang',
  fails: 'crash',
  'finishes when asked': 'finishes-when-asked',
  'is refused': 'stubborn',
};

describeWithContainers('on a control plane of its own', () => {
  let programs: { workerPath: string; sandboxPath: string };
  let before: NodeJS.ProcessEnv;
  beforeAll(async () => {
    before = { ...process.env };
    programs = await bundleStandIn();
  });
  afterAll(() => {
    process.env = before;
  });

  backendContract('modal', { wake: true, storage: true }, async () => {
    const plane = await startPlane();
    Object.assign(process.env, plane.environment);
    const dir = mkdtempSync(join(tmpdir(), 'llc-contract-'));
    const backend = () =>
      modalBackend({ ...programs, runsDir: join(dir, 'runs'), commitWaitMs: 5000 });
    const job = standInJob('ok');
    const request = { jobs: [job], resources: RESOURCES };
    // No engine computes this target on a GPU.
    const quadratic = { ...job, config: { ...job.config, target: 'quadratic' as const } };
    const vectorized = { ...RESOURCES, gpuMode: 'vectorized' as const };
    return {
      backend: backend(),
      laterDispatcher: backend,
      attempt(deed, number) {
        const job = standInJob(PROBLEMS[deed]);
        const attempt = attemptIn(
          dir,
          payloadOf({ sampler: 'hmc' }, { job, resources: RESOURCES }),
          number,
        );
        const resources = { ...RESOURCES, gpuMode: 'vectorized', gpuTypes: ['NONE'] } as const;
        return deed === 'is refused' ? { ...attempt, resources } : attempt;
      },
      accepted: request,
      refused: { jobs: [quadratic], resources: vectorized },
      pass: () => new Promise((resolve) => setTimeout(resolve, 5)),
      timesStarted: async (attempt) =>
        [...plane.sandboxes.all.values()].filter(({ name }) => name === sandboxName(attempt))
          .length,
      storeRun: async (runId) => storeRun(plane, runId),
      async cleanUp() {
        await plane.close();
        rmSync(dir, { recursive: true });
      },
    };
  });
});
