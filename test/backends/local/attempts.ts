import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localBackend } from '../../../src/backends/local/local-backend.ts';
import type { Attempt, Backend, JobHandle, Observation } from '../../../src/dispatch/backend.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';

export const STAND_IN = join(import.meta.dirname, '../../fixtures/workers/stand-in.ts');
export const NEVER = new AbortController().signal;

export function backendIn(
  dir: string,
  more: { graceMs?: number; lingerMs?: number; lookEveryMs?: number } = {},
): Backend {
  const usual = { workerPath: STAND_IN, runsDir: join(dir, 'runs'), cpus: 1, lookEveryMs: 0 };
  return localBackend({ ...usual, ...more });
}

/** An attempt with its payload written, as the run loop hands it over. */
export function attemptIn(dir: string, problem: string, attempt = 1): Attempt {
  const job = standInJob(problem);
  const owner = `owner-${attempt}`;
  const folder = join(dir, job.jobId, `attempt-${attempt}`);
  mkdirSync(folder, { recursive: true });
  const payload = { owner, attempt, job, runsDir: join(dir, 'runs') };
  writeFileSync(join(folder, 'payload.json'), JSON.stringify(payload));
  return { job, attempt, owner, resources: RESOURCES, dir: folder };
}

export async function start(backend: Backend, attempt: Attempt): Promise<JobHandle> {
  const [submission] = await backend.submit([attempt], NEVER);
  if (submission?.kind !== 'submitted') throw new Error(JSON.stringify(submission));
  return submission.handle;
}

/** Looks until something of this kind is seen. */
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
      throw new Error(`unexpected end: ${JSON.stringify(observation)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
