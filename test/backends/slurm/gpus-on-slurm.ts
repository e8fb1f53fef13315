import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import type { SlurmBed } from '../../testbeds/slurm-bed.ts';
import { findVulkanBed } from '../../testbeds/vulkan.ts';
import { workplace } from './program-on-slurm.ts';

/** A network of some parameters, sampled for some steps. */
const ON_A_GPU = [
  'sweep',
  '--backend=slurm',
  '--n-seeds=1',
  '--in-dim=4',
  '--hidden=8',
  '--n-data=300',
  '--chains=2',
  '--erm-max-steps=300',
  '--sampler=sgld',
  '--sgld-steps=100',
  '--sgld-warmup=20',
  '--gpu-mode=vectorized',
  '--slurm-partition=gpu',
  '--timeout-min=10',
  '--cpus=1',
  '--mem-gb=1',
];

/** One after the other: nodes with a GPU are few. Theirs compute on nothing, so Mesa's software stands in for them. */
export function gpusOnSlurm(bed: SlurmBed): void {
  describe('GPUs of a Slurm', async () => {
    const vulkan = await findVulkanBed();

    test.skipIf('impossible' in vulkan)(
      'a job computes on the GPU that it was given, by the library that was lent',
      async (ctx) => {
        const { expect } = ctx;
        const at = workplace(bed, ctx, bed.conf, { LLC_GPU_SOFTWARE: '1' });
        const { exitCode } = await at.llc(...ON_A_GPU);
        expect(exitCode).toBe(0);
        const [path = ''] = globSync('runs/*/metrics.json', { cwd: at.folder });
        expect(JSON.parse(readFileSync(join(at.folder, path), 'utf8'))).toMatchObject({
          engine: 'webgpu',
          gpu: expect.stringMatching(/^llvmpipe/),
        });
        const { on } = await at.until('job_running');
        expect(on).toMatch(/^g[12] GPU [01]$/);
        expect(globSync('.llc/worker/webgpu-*.node', { cwd: at.folder })).toHaveLength(1);
      },
    );

    test('a node without a GPU that can be used says what is missing, once', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      const { exitCode, stdout } = await at.llc(...ON_A_GPU);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('llc doctor --backend=slurm tries one');
      expect(at.table('errors')).toMatchObject([
        {
          stage: 'setup',
          error_type: 'config',
          attempts: '1',
          error: expect.stringMatching(/has no GPU that can be used: .*--gpu-mode off/),
        },
      ]);
    });
  });
}
