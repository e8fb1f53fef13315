import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Backend } from '../../dispatch/backend.ts';
import { bell } from '../../dispatch/bell.ts';
import { GPU_TURN } from '../../dispatch/gpu/take-gpu.ts';
import { cancelWorkers } from './cancel.ts';
import { discoverLocal, healthLocal } from './discover.ts';
import { gpuOfHere } from './gpu-of-here.ts';
import { gpuTurnOfHere } from './gpu-turn.ts';
import type { LocalWorkers } from './local-worker.ts';
import { observeWorker } from './observe.ts';
import { preflightLocal } from './preflight.ts';
import { submitAttempts, type WorkerProgram } from './submit.ts';
import { usageLocal } from './usage.ts';
import { workerEnvironment } from './worker-environment.ts';

export interface LocalBackendOptions {
  /** The worker's entry, run by this process's own Node. */
  readonly workerPath: string;
  readonly runsDir: string;
  /** Cores of one job. */
  readonly cpus: number;
  /** Jobs at once. Default: the machine's cores / cores of a job, at least 1. With a GPU it is one, whatever is said. */
  readonly workers?: number;
  /** Whether jobs compute on the GPU, on which they take turns. Default false. */
  readonly gpu?: boolean;
  /** Between asking a worker to end and killing it. Default 10,000 ms. */
  readonly graceMs?: number;
  /** How long a worker may live on after its result. Default 5,000 ms. */
  readonly lingerMs?: number;
  /** How old what is told of a living worker may be; its end is told at once. Default 900 ms. */
  readonly lookEveryMs?: number;
}

/** How long whoever wants to choose waits to be told of a GPU; preflight waits longer. */
const GPU_WAIT_MS = 5000;

/** Jobs as processes of this machine. They need no parent: a later dispatcher finds them by their files. */
export function localBackend(options: LocalBackendOptions): Backend {
  const workerPath = resolve(options.workerPath);
  const { runsDir, graceMs = 10_000, lingerMs = 5000, lookEveryMs = 900 } = options;
  const byCores = Math.max(1, Math.floor(availableParallelism() / Math.max(1, options.cpus)));
  const concurrency = options.gpu ? 1 : (options.workers ?? byCores);
  const workers: LocalWorkers = new Map();
  const ends = bell();
  const program: WorkerProgram = {
    path: workerPath,
    environment: { ...workerEnvironment(process.env), [GPU_TURN]: gpuTurnOfHere() },
    onExit: ends.ring,
  };

  return {
    name: 'local',
    concurrency,
    limits: {},
    preflight: (request, signal) =>
      preflightLocal(request, { workerPath, runsDir, gpu: () => gpuOfHere(workerPath, signal) }),
    discover: async (signal) => {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(GPU_WAIT_MS)]);
      const found = await gpuOfHere(workerPath, soon).catch(() => null);
      signal.throwIfAborted();
      return discoverLocal(concurrency, found?.adapter ?? null);
    },
    submit: (attempts, signal) => submitAttempts(attempts, program, workers, signal),
    observe: (handles) =>
      Promise.all(
        handles.map((handle) => observeWorker(handle, workers, { lookEveryMs, lingerMs })),
      ),
    wake: (signal) => ends.heard(signal),
    cancel: (handles, signal) => cancelWorkers(handles, workers, graceMs, signal),
    storage: null,
    health: async () => healthLocal(),
    usage: (handles) => Promise.all(handles.map(usageLocal)),
  };
}
