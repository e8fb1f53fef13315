import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { modalBackend } from '../../../src/backends/modal/modal-backend.ts';
import { codeVersion } from '../../../src/dispatch/artifacts/code-version.ts';
import { attemptLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { Attempt, Backend, JobHandle, Observation } from '../../../src/dispatch/backend.ts';
import type { Payload } from '../../../src/dispatch/job/protocol.ts';
import { canMakeContainers } from '../../modal-plane/container.ts';
import { type Plane, startPlane } from '../../modal-plane/plane.ts';
import { payloadOf } from '../../worker/attempts.ts';

export const NEVER = new AbortController().signal;

const HAS_CONTAINERS = canMakeContainers();
if (!HAS_CONTAINERS)
  console.warn('This machine allows no mount namespaces: tests with sandboxes are left out.');

/** Tests that need containers; left out, in sight, where this machine allows none. */
export const describeWithContainers = describe.skipIf(!HAS_CONTAINERS);

export interface OnPlane {
  readonly plane: Plane;
  /** A folder of the test's own. */
  readonly dir: string;
  backend(more?: Partial<Parameters<typeof modalBackend>[0]>): Backend;
  /** An attempt of a job of the real worker, as the run loop hands it over. */
  attempt(change?: Partial<Payload>, number?: number): Attempt;
}

/** A control plane and a folder, new for each test, with the environment pointing there. */
export function onPlane(): OnPlane {
  let plane: Plane;
  let dir: string;
  let before: NodeJS.ProcessEnv;
  beforeAll(() => {
    before = { ...process.env };
  });
  beforeEach(async () => {
    plane = await startPlane();
    dir = mkdtempSync(join(tmpdir(), 'llc-modal-'));
    Object.assign(process.env, plane.environment);
  });
  afterEach(async () => {
    await plane.close();
    rmSync(dir, { recursive: true, force: true });
  });
  afterAll(() => {
    process.env = before;
  });
  return {
    get plane() {
      return plane;
    },
    get dir() {
      return dir;
    },
    backend: (more) => modalBackend({ runsDir: join(dir, 'runs'), commitWaitMs: 5000, ...more }),
    attempt: (change = {}, number = 1) => attemptIn(dir, payloadOf(SMALL, change), number),
  };
}

/** About a second of work. */
const SMALL = {
  target: 'quadratic',
  sampler: 'hmc',
  quad_dim: 2,
  n_data: 100,
  chains: 2,
  hmc_draws: 50,
  hmc_warmup: 50,
};

export function attemptIn(dir: string, payload: Payload, number = 1): Attempt {
  const owner = `owner-${number}`;
  const { job, resources } = payload;
  const folder = join(dir, 'sweeps', 'sweep', 'jobs', job.jobId, `attempt-${number}`);
  mkdirSync(folder, { recursive: true });
  const whole = { ...payload, owner, attempt: number, codeVersion: codeVersion() };
  writeFileSync(attemptLayout(folder).payload, JSON.stringify(whole));
  return { job, attempt: number, owner, resources, dir: folder };
}

export async function start(backend: Backend, attempt: Attempt): Promise<JobHandle> {
  const [submission] = await backend.submit([attempt], NEVER);
  if (submission?.kind !== 'submitted') throw new Error(JSON.stringify(submission));
  return submission.handle;
}

/** Looks until the attempt is over or, where one is named, something of this kind is seen. */
export async function seen<K extends Observation['kind']>(
  backend: Backend,
  handle: JobHandle,
  ...kinds: K[]
): Promise<Extract<Observation, { kind: K }>> {
  for (;;) {
    const [observation] = await backend.observe([handle], NEVER);
    if (observation === undefined) throw new Error('no observation');
    if ((kinds as string[]).includes(observation.kind))
      return observation as Extract<Observation, { kind: K }>;
    if (['ended', 'failed', 'cancelled'].includes(observation.kind))
      throw new Error(`unexpected end: ${JSON.stringify(observation, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
