import type { Attempt, JobHandle } from '../../dispatch/backend.ts';
import type { SandboxRecord } from './sandbox-record.ts';

/** What the handle of an attempt on Modal holds. */
export interface ModalAttempt {
  readonly handle: JobHandle;
  /** Null where the run lay on the volume and no sandbox was needed. */
  readonly sandboxId: string | null;
  readonly name: string;
  readonly dir: string;
  readonly runId: string;
  readonly gpu: string | null;
  readonly timeoutMin: number;
  readonly memoryGb: number;
  /** NaN in a handle of before. */
  readonly cpus: number;
}

export function handleOf(
  { job, attempt, owner, dir, resources }: Attempt,
  of: SandboxRecord,
): JobHandle {
  const { name, sandboxId, gpu, cached } = of;
  const { timeoutMin, memoryGb, cpus } = resources;
  return {
    jobId: job.jobId,
    attempt,
    owner,
    id: sandboxId ?? name,
    data: { dir, name, gpu, cached, runId: job.runId, timeoutMin, memoryGb, cpus },
  };
}

export function attemptOf(handle: JobHandle): ModalAttempt {
  const { dir, name, gpu, cached, runId, timeoutMin, memoryGb, cpus } = handle.data;
  return {
    handle,
    sandboxId: cached === true ? null : handle.id,
    name: String(name),
    dir: String(dir),
    runId: String(runId),
    gpu: typeof gpu === 'string' ? gpu : null,
    timeoutMin: Number(timeoutMin),
    memoryGb: Number(memoryGb),
    cpus: Number(cpus),
  };
}
