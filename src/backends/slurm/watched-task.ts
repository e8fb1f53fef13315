import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import type { Hello, Progress } from '../../dispatch/job/protocol.ts';
import type { AccountRow } from './sacct.ts';
import { type SlurmTask, taskName, taskOf } from './slurm-task.ts';

/** What this process knows of an attempt in Slurm beyond its files. Times are milliseconds of a steady clock. */
export interface WatchedTask {
  readonly handle: JobHandle;
  readonly place: SlurmTask;
  /** `4711_3`. */
  readonly name: string;
  readonly knownSince: number;
  /** The newest first word of a worker of it; null before one. */
  hello: Pick<Hello, 'startedAt' | 'incarnation' | 'gpus'> | null;
  progress: Progress | null;
  /** Since when squeue has not shown it, though it answers. */
  missingSince: number | null;
  /** Since when Slurm calls it ended, or its script has told its end, while more may be about to come. */
  endingSince: number | null;
  /** When squeue last showed it, and how; null before. */
  lastRow: { readonly at: number; readonly state: string } | null;
  /** Somebody has taken it out of the queue. */
  removed: boolean;
  /** What the accounts say of its starts; null before they were asked. */
  accounts: readonly AccountRow[] | null;
  /** This process has asked Slurm to end it. */
  cancelled: boolean;
  /** The last thing told, to be told again where nothing can be learnt. */
  seen: Observation | null;
  /** Nothing more will come. */
  over: Observation | null;
}

/** By folder, attempt and owner. */
export type WatchedTasks = Map<string, WatchedTask>;

function keyOf({ owner, attempt }: JobHandle, { dir }: SlurmTask): string {
  return `${owner} ${attempt} ${dir}`;
}

export function forgetTask(tasks: WatchedTasks, handle: JobHandle): void {
  tasks.delete(keyOf(handle, taskOf(handle)));
}

/** What is known of the task of this handle, from now on remembered. */
export function watchedOf(tasks: WatchedTasks, handle: JobHandle, now: number): WatchedTask {
  const place = taskOf(handle);
  const key = keyOf(handle, place);
  const known = tasks.get(key);
  if (known !== undefined && known.handle.id === handle.id) return known;
  const fresh: WatchedTask = {
    handle,
    place,
    name: taskName(place),
    knownSince: now,
    hello: null,
    progress: null,
    missingSince: null,
    endingSince: null,
    lastRow: null,
    removed: false,
    accounts: null,
    cancelled: false,
    seen: null,
    over: null,
  };
  tasks.set(key, fresh);
  return fresh;
}
