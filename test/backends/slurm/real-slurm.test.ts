import { afterAll, describe, test } from 'vitest';
import { startSlurmBed } from '../../testbeds/slurm-bed.ts';
import { backendOnSlurm } from './backend-on-slurm.ts';
import { contractOnSlurm } from './contract-on-slurm.ts';
import { gpusOnSlurm } from './gpus-on-slurm.ts';
import { overSsh } from './over-ssh.ts';
import { programOnFailingSlurm, programOnSlurm } from './program-on-slurm.ts';

// All that needs a real Slurm, in one file: it is started once, and parts of it are killed.
const bed = await startSlurmBed();

if ('impossible' in bed)
  describe('on a real Slurm', () => {
    test.skip(`nothing could be tried: ${bed.impossible}`, () => {});
  });
else {
  afterAll(() => bed.down());
  programOnSlurm(bed);
  gpusOnSlurm(bed);
  backendOnSlurm(bed);
  contractOnSlurm(bed);
  overSsh(bed);
  programOnFailingSlurm(bed);
}
