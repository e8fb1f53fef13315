import { FALLBACK_GPU } from '../../dispatch/config/run-options.ts';
import type { Resources } from '../../dispatch/job/job-spec.ts';
import type { SandboxRecord } from './sandbox-record.ts';

/**
 * The GPU that an attempt asks for: the first of the preferred types that has not kept an earlier attempt waiting in
 * vain; when all have, the list begins anew. Null without a GPU.
 *
 * @param earlier - what is known of the job's earlier attempts
 */
export function gpuChoice(
  { gpuMode, gpuTypes }: Pick<Resources, 'gpuMode' | 'gpuTypes'>,
  earlier: readonly Pick<SandboxRecord, 'gpu' | 'started'>[],
): string | null {
  if (gpuMode === 'off') return null;
  if (gpuTypes.length === 0) return FALLBACK_GPU;
  const inVain = earlier.filter(({ gpu, started }) => gpu !== null && !started).length;
  return gpuTypes[inVain % gpuTypes.length] as string;
}
