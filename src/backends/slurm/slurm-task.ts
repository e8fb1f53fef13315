import type { Attempt, JobHandle } from '../../dispatch/backend.ts';

/** What the handle of an attempt in Slurm holds: a task of an array. */
export interface SlurmTask {
  /** The array's number. */
  readonly array: string;
  readonly task: number;
  /** The attempt's folder, as it is called here; absolute. */
  readonly dir: string;
  /** The submission's folder name. */
  readonly submission: string;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly cpus: number;
  readonly gpus: number;
  /** A start's limit, minutes. */
  readonly limitMin: number;
  /** Tasks of the array that may run at once; null for no limit. */
  readonly atOnce: number | null;
}

/** `4711_3`, as every command of Slurm calls it. */
export function taskName({ array, task }: Pick<SlurmTask, 'array' | 'task'>): string {
  return `${array}_${task}`;
}

/** The handle of a task; `taskOf` reads it again. */
export function handleOf(attempt: Attempt, task: SlurmTask): JobHandle {
  return {
    jobId: attempt.job.jobId,
    attempt: attempt.attempt,
    owner: attempt.owner,
    id: taskName(task),
    data: { ...task },
  };
}

export function taskOf({ data }: JobHandle): SlurmTask {
  return {
    array: String(data['array'] ?? ''),
    task: Number(data['task']),
    dir: String(data['dir'] ?? ''),
    submission: String(data['submission'] ?? ''),
    submittedAt: Number(data['submittedAt']),
    cpus: Number(data['cpus'] ?? 1),
    gpus: Number(data['gpus'] ?? 0),
    limitMin: Number(data['limitMin'] ?? 0),
    atOnce: typeof data['atOnce'] === 'number' ? data['atOnce'] : null,
  };
}
