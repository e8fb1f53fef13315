import { sweepDirOfAttempt } from '../../dispatch/artifacts/layout.ts';
import type { Backend } from '../../dispatch/backend.ts';
import { runsOnTheWay } from './bring-runs.ts';
import { CANCEL_PACE, type CancelPace, cancelTasks } from './cancel.ts';
import type { Cluster } from './cluster.ts';
import { discoverSlurm } from './discover.ts';
import { type EndsOfSweep, endsOfSweep } from './ends-of-sweep.ts';
import { slurmHealth } from './health.ts';
import { PATIENCE, type Patience } from './judge-task.ts';
import { type Observer, observeTasks } from './observe.ts';
import { preflightSlurm } from './preflight.ts';
import { QUEUE_PACE, type QueuePace, queueWatch } from './queue-watch.ts';
import { limitMinutes, type SlurmOptions } from './sbatch-options.ts';
import { allSubmissions } from './submissions.ts';
import { type Submitter, submitAttempts } from './submit.ts';
import { usageOf } from './usage.ts';
import { forgetTask, watchedOf } from './watched-task.ts';

export interface SlurmBackendOptions {
  readonly cluster: Cluster;
  readonly slurm: SlurmOptions;
  readonly runsDir: string;
  /** Starts of one attempt that may end at their limit and go on. */
  readonly maxRetries: number;
  /** Jobs at once; null for as many as Slurm lets run. */
  readonly maxConcurrent: number | null;
  /** A start's limit, minutes. */
  readonly timeoutMin: number;
  readonly memoryGb: number;
  /** What workers see beside their node's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly patience?: Partial<Patience>;
  readonly pace?: Partial<QueuePace>;
  readonly cancelPace?: Partial<CancelPace>;
}

/** Attempts that stand in the queue of a sweep at once; sites allow a person some thousands. */
const IN_QUEUE = 10_000;

/** Jobs as tasks of arrays in Slurm. */
export function slurmBackend(options: SlurmBackendOptions): Backend {
  const { cluster, slurm, runsDir, maxConcurrent } = options;
  const cancelPace = { ...CANCEL_PACE, ...options.cancelPace };
  const now = () => performance.now();
  const queue = queueWatch(cluster, { ...QUEUE_PACE, ...options.pace }, now);
  const closed = new AbortController();
  const ends = new Map<string, EndsOfSweep>();
  const observer: Observer = {
    cluster,
    queue,
    tasks: new Map(),
    endsOf(sweepDir) {
      const known = ends.get(sweepDir) ?? endsOfSweep(sweepDir, now);
      ends.set(sweepDir, known);
      return known;
    },
    patience: { ...PATIENCE, ...options.patience },
    runs: cluster.storage === null ? null : runsOnTheWay(cluster.storage, runsDir, closed.signal),
    memoryGb: options.memoryGb,
    now,
    turn: 0,
    waitingTurn: 0,
    accountsAskedAt: Number.NEGATIVE_INFINITY,
  };
  const submitter: Submitter = {
    cluster,
    options: slurm,
    timeouts: options.maxRetries,
    maxConcurrent,
    submissionsOf: allSubmissions(),
    environment: options.environment,
    maxArraySize: null,
    inQueue: () =>
      [...observer.tasks.values()].flatMap(({ over, place }) => (over === null ? place : [])),
    onSubmitted: (handle) => void watchedOf(observer.tasks, handle, now()),
  };

  return {
    name: 'submitit',
    concurrency: IN_QUEUE,
    keepsQueue: true,
    keepsTimeLimit: true,
    limits: { runningS: 60 * limitMinutes(options) },
    preflight: (request, signal) => preflightSlurm(request, cluster, slurm, runsDir, signal),
    discover: (signal) => discoverSlurm(cluster, signal),
    submit: (attempts, signal) => submitAttempts(attempts, submitter, signal),
    observe: (handles, signal) => observeTasks(handles, observer, signal),
    cancel: (handles, signal) => cancelTasks(handles, observer, cancelPace, signal),
    storage: cluster.storage,
    health: (signal) => slurmHealth(cluster, signal),
    async close() {
      closed.abort();
      await cluster.close();
    },
    async usage(handles) {
      return handles.map((handle) => {
        const { place, name, accounts, over } = watchedOf(observer.tasks, handle, now());
        // Its result tells the same again; of thousands that have ended nothing need be remembered.
        if (over?.kind === 'ended') forgetTask(observer.tasks, handle);
        return usageOf(place, observer.endsOf(sweepDirOfAttempt(place.dir)).of(name), accounts);
      });
    },
  };
}
