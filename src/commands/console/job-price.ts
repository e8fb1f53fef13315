import type { RunOptions } from '../../dispatch/config/run-options.ts';
import { loadedValue } from '../../screens/known/loaded.ts';
import type { Offer, WizardKnown } from '../../screens/wizard/wizard-known.ts';

/** US dollars for an hour of one job: its cores, its memory and its GPU, as its place offers them; null where nobody says. */
export function jobPrice(offers: WizardKnown['offers'], options: RunOptions): number | null {
  const { backend, ssh, cpus, memGb, gpuMode } = options;
  const slurm = ssh === null ? 'slurm' : `ssh:${ssh}`;
  const told = offers?.[backend === 'submitit' ? slurm : backend];
  const discovery = told === undefined ? null : (loadedValue(told)?.discovery ?? null);
  if (discovery === null) return null;
  const { perHour } = discovery;
  const rest = perHour === undefined ? null : cpus * perHour.core + memGb * perHour.memoryGb;
  if (gpuMode === 'off') return rest;
  const gpu = gpuPrice(discovery, options);
  return gpu === null ? null : gpu + (rest ?? 0);
}

/** Of the GPU that a job would ask for first. */
function gpuPrice(
  { partitions, gpuTypes }: Offer['discovery'],
  options: RunOptions,
): number | null {
  const partition = partitions.find(({ name }) => name === options.slurmPartition);
  // On a cluster the partition decides.
  const wanted =
    options.backend === 'submitit' ? partition?.gpus.map(({ type }) => type) : options.gpuTypes;
  const offered = wanted?.find((type) => gpuTypes.some(({ name }) => name === type));
  return gpuTypes.find(({ name }) => name === offered)?.perHour ?? null;
}
