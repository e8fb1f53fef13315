import type { RunOptions } from '../../dispatch/config/run-options.ts';
import { loadedValue } from '../../screens/known/loaded.ts';
import type { WizardKnown } from '../../screens/wizard/wizard-known.ts';

/** US dollars an hour of the GPU that a job would ask for first, as its place offers it; null where nobody says. */
export function gpuPrice(offers: WizardKnown['offers'], options: RunOptions): number | null {
  const { backend, ssh, gpuTypes, slurmPartition } = options;
  const slurm = ssh === null ? 'slurm' : `ssh:${ssh}`;
  const told = offers?.[backend === 'submitit' ? slurm : backend];
  const discovery = told === undefined ? null : (loadedValue(told)?.discovery ?? null);
  if (discovery === null) return null;
  const partition = discovery.partitions.find(({ name }) => name === slurmPartition);
  // On a cluster the partition decides.
  const wanted = backend === 'submitit' ? partition?.gpus.map(({ type }) => type) : gpuTypes;
  const offered = wanted?.find((type) => discovery.gpuTypes.some(({ name }) => name === type));
  return discovery.gpuTypes.find(({ name }) => name === offered)?.perHour ?? null;
}
