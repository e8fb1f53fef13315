import type { JobSpec, Resources } from '../job/job-spec.ts';
import type { Failure } from '../job/words.ts';

/** What the engine for a GPU has kernels for. */
const TARGETS: readonly string[] = ['mlp', 'dln'];

/** A refusal by preflight. */
export interface ModeRefusal {
  readonly ok: false;
  readonly failure: Failure;
  readonly hint: string;
}

/** Why no engine serves these jobs in this mode; null where one does, on any backend. */
export function unservedMode(
  jobs: readonly JobSpec[],
  { gpuMode }: Pick<Resources, 'gpuMode'>,
): ModeRefusal | null {
  if (gpuMode === 'off') return null;
  const other = jobs.find(({ config }) => !TARGETS.includes(config.target));
  if (other === undefined) return null;
  return gpuRefused(
    `--gpu-mode ${gpuMode} is not possible for ${other.jobId}: a GPU computes the targets ${TARGETS.join(' and ')}, not ${other.config.target}.`,
    'Use --gpu-mode off.',
  );
}

/** A GPU mode that cannot be served, as preflight says it. */
export function gpuRefused(error: string, hint: string): ModeRefusal {
  const failure: Failure = { stage: 'preflight', errorType: 'unavailable', error, traceback: '' };
  return { ok: false, failure, hint };
}
