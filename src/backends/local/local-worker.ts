import type { ChildProcess } from 'node:child_process';
import type { JobHandle } from '../../dispatch/backend.ts';
import type { ProcessIdentity } from '../../dispatch/process-identity.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What this process knows of a worker beyond its files; a worker adopted from an earlier dispatcher has no child. */
export interface LocalWorker {
  readonly child: ChildProcess | null;
  /** Null while it runs, and for ever where it is not our child. */
  exit: Exit | null;
  /** Resolves at a child's end. */
  readonly ended: Promise<void>;
  /** The kernel's count when it started; null where unknown. */
  readonly oomKillsBefore: number | null;
  /** Gigabytes that it was given; null where unknown. */
  readonly memoryGb: number | null;
  peakBytes: number;
  saidHello: boolean;
  /** Since when its result has been there although it runs, milliseconds of `performance.now()`. */
  lingersSince: number | null;
  cancelled: boolean;
}

/** Workers by the folder of their attempt. */
export type LocalWorkers = Map<string, LocalWorker>;

/** What the handle of a local worker holds. */
export interface WorkerPlace extends ProcessIdentity {
  readonly host: string;
  /** The attempt's folder, absolute. */
  readonly dir: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export function placeOf({ data }: JobHandle): WorkerPlace {
  return {
    pid: Number(data['pid']),
    start: String(data['start'] ?? ''),
    boot: String(data['boot'] ?? ''),
    host: String(data['host'] ?? ''),
    dir: String(data['dir'] ?? ''),
    startedAt: Number(data['startedAt']),
  };
}

/** A worker that an earlier dispatcher started. */
export function adopted(): LocalWorker {
  return {
    child: null,
    exit: null,
    ended: Promise.resolve(),
    oomKillsBefore: null,
    memoryGb: null,
    peakBytes: 0,
    saidHello: false,
    lingersSince: null,
    cancelled: false,
  };
}

/** What is known of the worker of this folder, from now on remembered. */
export function workerAt(workers: LocalWorkers, dir: string): LocalWorker {
  let worker = workers.get(dir);
  if (worker === undefined) {
    worker = adopted();
    workers.set(dir, worker);
  }
  return worker;
}

/** Signals the worker's process group; one that is gone is no trouble. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
