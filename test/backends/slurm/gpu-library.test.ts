import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localCluster } from '../../../src/backends/slurm/local-cluster.ts';
import { workerBundle } from '../../../src/dispatch/artifacts/code-version.ts';
import { GPU_QUESTION, readGpuReport } from '../../../src/dispatch/gpu/gpu-report.ts';
import { findVulkanBed } from '../../testbeds/vulkan.ts';

const NEVER = new AbortController().signal;
const bed = await findVulkanBed();

let storeDir: string;
beforeAll(() => {
  storeDir = mkdtempSync(join(tmpdir(), 'llc-library-'));
});
afterAll(() => rmSync(storeDir, { recursive: true }));

const cluster = () => localCluster({ workerPath: workerBundle(), storeDir });

async function report(environment: Readonly<Record<string, string>>) {
  const { node, worker } = await cluster().program(NEVER);
  const { stdout, stderr, exitCode } = await execa(node, [worker, GPU_QUESTION], {
    cwd: '/',
    env: environment,
    reject: false,
  });
  return readGpuReport({ stdout, stderr, end: `exit code ${exitCode}` });
}

test('a worker that was copied to a shared folder says that its library for GPUs is not there', async () => {
  expect((await report({})).refusal?.missing).toMatch(/^the library webgpu .* is not there$/);
});

test('the library is put above the workers once, and found there', async () => {
  await cluster().lendGpuLibrary(NEVER);
  const { worker } = await cluster().program(NEVER);
  const above = dirname(dirname(worker));
  const [file = ''] = readdirSync(above).filter((name) => name.endsWith('.node'));
  const { mtimeMs } = statSync(join(above, file));
  await cluster().lendGpuLibrary(NEVER);
  expect(statSync(join(above, file)).mtimeMs).toBe(mtimeMs);
  expect(existsSync(join(dirname(worker), file))).toBe(false);

  if ('impossible' in bed) return;
  const { adapter } = await report(bed.environment);
  expect(adapter?.name).toMatch(/llvmpipe/);
});
