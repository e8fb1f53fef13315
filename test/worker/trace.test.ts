import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attemptLayout } from '../../src/dispatch/artifacts/layout.ts';
import { payloadOf, prepareAttempt, startWorker } from './attempts.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-trace-of-worker-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('a worker leaves how its estimate came about, also when it is told to stop', async () => {
  const payload = payloadOf({
    target: 'quadratic',
    quad_dim: 3,
    n_data: 100,
    sampler: 'hmc',
    chains: 2,
    hmc_draws: 100_000_000,
    hmc_warmup: 20,
  });
  const dir = await prepareAttempt(root, 'attempt', payload);
  const worker = startWorker(dir);
  await worker.logs(/chains of/);
  const path = attemptLayout(dir).trace;
  const steps = async (): Promise<number[]> => {
    const text = await readFile(path, 'utf8').catch(() => '{"points":[]}');
    return JSON.parse(text).points.map(({ step }: { step: number }) => step);
  };
  while ((await steps()).length === 0) await pause(50);
  // Of what comes before the file is written anew, nothing is lost at the end.
  const [first = 0] = await steps();
  const done = async (): Promise<number> =>
    JSON.parse(await readFile(attemptLayout(dir).progress, 'utf8')).done;
  while ((await done()) <= first) await pause(50);
  worker.process.kill('SIGTERM');
  await worker.ended;
  const found = await steps();
  expect(found.length).toBeGreaterThan(1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  const { points } = JSON.parse(await readFile(path, 'utf8'));
  expect(points.at(-1).llcByChain).toHaveLength(2);
});
