import { describe, test } from 'vitest';
import type { SlurmBed } from '../../testbeds/slurm-bed.ts';
import { SMALL, workplace } from './program-on-slurm.ts';

/** One after the other: nodes with a GPU are few. */
export function gpusOnSlurm(bed: SlurmBed): void {
  describe('GPUs of a Slurm', () => {
    test('a node without a GPU that can be used says what is missing, once', async (ctx) => {
      const { expect } = ctx;
      const at = workplace(bed, ctx);
      const { exitCode, stdout } = await at.llc(
        'sweep',
        '--n-seeds=1',
        ...SMALL,
        '--target=mlp',
        '--in-dim=4',
        '--hidden=8',
        '--sampler=sgld',
        '--gpu-mode=vectorized',
        '--slurm-partition=gpu',
        '--timeout-min=10',
      );
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
