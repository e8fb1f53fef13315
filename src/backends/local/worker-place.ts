import type { Attempt, JobHandle } from '../../dispatch/backend.ts';
import type { ProcessIdentity } from '../../dispatch/process-identity.ts';

/** A process and the machine that it runs on. */
export interface WorkerProcess extends ProcessIdentity {
  readonly host: string;
}

/** What the handle of a local worker holds. */
export interface WorkerPlace extends WorkerProcess {
  /** The attempt's folder, absolute. */
  readonly dir: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Gigabytes that it was given; null where unknown. */
  readonly memoryGb: number | null;
  /** Where the kernel counts kills for lack of memory, and the count at the start; null where unknown. */
  readonly oomCounter: string | null;
  readonly oomKills: number | null;
}

/** The handle of an attempt's worker; `placeOf` reads it again. */
export function handleOf(
  attempt: Attempt,
  process: WorkerProcess,
  startedAt: number,
  more: JobHandle['data'] = {},
): JobHandle {
  return {
    jobId: attempt.job.jobId,
    attempt: attempt.attempt,
    owner: attempt.owner,
    id: String(process.pid),
    data: { ...process, dir: attempt.dir, startedAt, ...more },
  };
}

export function placeOf({ data }: JobHandle): WorkerPlace {
  return {
    pid: Number(data['pid']),
    start: String(data['start'] ?? ''),
    boot: String(data['boot'] ?? ''),
    host: String(data['host'] ?? ''),
    dir: String(data['dir'] ?? ''),
    startedAt: Number(data['startedAt']),
    memoryGb: numberOrNull(data['memoryGb']),
    oomCounter: typeof data['oomCounter'] === 'string' ? data['oomCounter'] : null,
    oomKills: numberOrNull(data['oomKills']),
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
