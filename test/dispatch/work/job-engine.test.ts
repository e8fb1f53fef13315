import { expect, test } from 'vitest';
import { createJobEngine } from '../../../src/dispatch/work/job-engine.ts';

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
  const job = createJobEngine(options(dim), dim, cores, entry);
  expect(job.threads).toBe(threads);
  const position = job.engine.vector();
  expect((await job.engine.read(position)).length).toBe(3 * dim);
  await job.close();
});

test('a thread that ends is told', async () => {
  const broken = new URL('data:text/javascript,throw new Error("no thread today")');
  const job = createJobEngine(options(30_000), 30_000, 2, broken);
  await expect(job.failed).rejects.toThrow('no thread today');
  await job.close();
});
