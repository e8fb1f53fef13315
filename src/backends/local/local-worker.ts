import type { ChildProcess } from 'node:child_process';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { placeOf, type WorkerPlace, type WorkerProcess } from './worker-place.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What this process knows of a worker beyond its files. */
export interface LocalWorker {
  readonly handle: JobHandle;
  readonly place: WorkerPlace;
  /** Our own child while it lives; null after its end, and where an earlier dispatcher started it. */
  child: ChildProcess | null;
  /** How our own child ended; null while it runs, and for ever where it is not ours. */
  exit: Exit | null;
  /** Who is watched: the process that said hello, until then the one of the handle. */
  process: WorkerProcess;
  saidHello: boolean;
  /** What the last look found, and when, milliseconds of `performance.now()`. */
  seen: Observation | null;
  lookedAt: number;
  peakBytes: number;
  /** Whether the kernel has killed for lack of memory meanwhile, as seen at the first look after the end. */
  kernelKilled: boolean | null;
  /** Since when its result has been there although it runs, milliseconds of `performance.now()`. */
  lingersSince: number | null;
  cancelled: boolean;
  /** Its result was told as its end. */
  ended: boolean;
}

/** Workers by the folder of their attempt. */
export type LocalWorkers = Map<string, LocalWorker>;

/** What is known of the worker of this handle, from now on remembered. */
export function workerOf(
  workers: LocalWorkers,
  handle: JobHandle,
  child: ChildProcess | null = null,
): LocalWorker {
  const known = workers.get(String(handle.data['dir']));
  const isKnown = known?.handle.owner === handle.owner && known.handle.attempt === handle.attempt;
  if (known !== undefined && isKnown && child === null) return known;
  const place = placeOf(handle);
  const worker: LocalWorker = {
    handle,
    place,
    child,
    exit: null,
    process: place,
    saidHello: false,
    seen: null,
    lookedAt: Number.NEGATIVE_INFINITY,
    peakBytes: 0,
    kernelKilled: null,
    lingersSince: null,
    cancelled: false,
    ended: false,
  };
  workers.set(place.dir, worker);
  return worker;
}

/** Signals the worker's process group; one that is gone or not ours to signal is no trouble. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // 0 and 1 would reach our own group and all processes.
  if (!Number.isInteger(pid) || pid < 2 || pid === process.pid) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
