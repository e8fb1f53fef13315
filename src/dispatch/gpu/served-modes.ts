import type { JobSpec, Resources } from '../job/job-spec.ts';
import type { Failure } from '../job/words.ts';

/** Whether a worker of this version has an engine for a GPU. The one place that says so. */
const HAS_ENGINE: boolean = false;

/** A refusal by preflight. */
export interface ModeRefusal {
  readonly ok: false;
  readonly failure: Failure;
  readonly hint: string;
}

/** Why no engine serves these jobs in this mode; null where one does, on any backend. */
export function unservedMode(
  _jobs: readonly JobSpec[],
  { gpuMode }: Pick<Resources, 'gpuMode'>,
): ModeRefusal | null {
  if (gpuMode === 'off' || HAS_ENGINE) return null;
  return gpuRefused(
    `--gpu-mode ${gpuMode} is not possible: no engine of this version computes on a GPU.`,
    'Use --gpu-mode off.',
  );
}

/** A GPU mode that cannot be served, as preflight says it. */
export function gpuRefused(error: string, hint: string): ModeRefusal {
  const failure: Failure = { stage: 'preflight', errorType: 'unavailable', error, traceback: '' };
  return { ok: false, failure, hint };
}
