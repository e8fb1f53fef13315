import { readdir } from 'node:fs/promises';
import type { SamplerName } from '../../compute/settings.ts';
import { RUN_FILES } from '../../dispatch/artifacts/layout.ts';
import { SAMPLERS } from '../../dispatch/plan/matrix.ts';

/** The samplers whose draws lie in a folder, in the order of the program; a run of ours has one. */
export async function storedSamplers(dir: string): Promise<SamplerName[]> {
  const names = new Set(await readdir(dir));
  return SAMPLERS.filter((sampler) => names.has(RUN_FILES.draws(sampler)));
}
