import type { Usage } from '../../dispatch/backend.ts';
import type { EndMark } from './end-mark.ts';
import type { AccountRow } from './sacct.ts';
import type { SlurmTask } from './slurm-task.ts';

/** Over all starts of an attempt: by the words of its script, else by the accounts; null where neither tells. */
export function usageOf(
  { cpus, gpus }: Pick<SlurmTask, 'cpus' | 'gpus'>,
  marks: readonly Pick<EndMark, 'began' | 'ended'>[],
  accounts: readonly Pick<AccountRow, 'elapsedS'>[] | null,
): Usage | null {
  const told = marks.map(({ began, ended }) => Math.max(0, ended - began));
  const known = told.length > 0 ? told : (accounts ?? []).map(({ elapsedS }) => elapsedS);
  if (known.length === 0) return null;
  const seconds = known.reduce((sum, one) => sum + one, 0);
  return {
    seconds,
    cpuHours: (seconds * cpus) / 3600,
    gpuHours: (seconds * gpus) / 3600,
    cost: null,
  };
}
