import { expect, test } from 'vitest';
import { wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import { tryFeatures } from '../../../src/compute/engines/wasm/trial.ts';
import { createJobEngine } from '../../../src/dispatch/work/job-engine.ts';
import { quickestFeatures } from '../../../src/dispatch/work/quickest-features.ts';

const options = (dim: number) =>
  ({
    problem: { kind: 'quadratic', spectrum: new Float64Array(dim).fill(1) },
    posterior: { nbeta: 1, gamma: 1, center: new Float64Array(dim) },
    chains: 3,
    dtype: 'float64',
  }) as const;
const entry = new URL('../../fixtures/engine-thread.ts', import.meta.url);

test.each([
  { dim: 10, cores: 8, threads: 1 },
  { dim: 30_000, cores: 1, threads: 1 },
  { dim: 30_000, cores: 2, threads: 2 },
  { dim: 30_000, cores: 8, threads: 3 },
])('$dim parameters on $cores cores use $threads threads', async ({ dim, cores, threads }) => {
  const job = await createJobEngine(options(dim), dim, cores, entry);
  expect(job.threads).toBe(threads);
  const position = job.engine.vector();
  expect((await job.engine.read(position)).length).toBe(3 * dim);
  await job.close();
});

test('a thread that ends is told', async () => {
  const broken = new URL('data:text/javascript,throw new Error("no thread today")');
  const job = await createJobEngine(options(30_000), 30_000, 2, broken);
  await expect(job.failed).rejects.toThrow('no thread today');
  await job.close();
});

test('a network runs on WebAssembly, in pairs of vectors or not with the same numbers', async () => {
  const usual = wasmFeatures();
  if (usual === null) throw new Error('this runtime has no vectors');
  const features = await quickestFeatures(usual, 'float32');
  const [quickest, plainest] = await Promise.all(
    [features, usual].map((which) => tryFeatures(which, 'float32', () => performance.now() / 1000)),
  );
  expect(quickest.numbers).toEqual(plainest.numbers);
  expect(quickest.seconds).toBeGreaterThan(0);
});
