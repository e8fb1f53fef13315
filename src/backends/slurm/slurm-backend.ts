import type { Backend } from '../../dispatch/backend.ts';
import type { Cluster } from './cluster.ts';
import { type EndsOfSweep, endsOfSweep } from './ends-of-sweep.ts';
import { PATIENCE, type Patience } from './judge-task.ts';
import { type Observer, observeTasks } from './observe.ts';
import { QUEUE_PACE, type QueuePace, queueWatch } from './queue-watch.ts';
import { limitMinutes, type SlurmOptions } from './sbatch-options.ts';
import { allSubmissions } from './submissions.ts';
import { type Submitter, submitAttempts } from './submit.ts';

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
  /** `LLC_CODE_VERSION`; null where the worker's hash counts. */
  readonly codeVersion: string | null;
  readonly patience?: Partial<Patience>;
  readonly pace?: Partial<QueuePace>;
}

/** Attempts that stand in the queue of a sweep at once; sites allow a person some thousands. */
const IN_QUEUE = 10_000;

/** Jobs as tasks of arrays in Slurm. */
export function slurmBackend(options: SlurmBackendOptions): Backend {
  const { cluster, slurm, maxConcurrent } = options;
  const now = () => performance.now();
  const queue = queueWatch(cluster, { ...QUEUE_PACE, ...options.pace }, now);
  const ends = new Map<string, EndsOfSweep>();
  const claims = new Map<string, number>();
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
    memoryGb: options.memoryGb,
    now,
    turn: 0,
    accountsAskedAt: Number.NEGATIVE_INFINITY,
  };
  const submitter: Submitter = {
    cluster,
    options: slurm,
    timeouts: options.maxRetries,
    maxConcurrent,
    submissionsOf: allSubmissions(),
    codeVersion: options.codeVersion,
    maxArraySize: null,
    claimed: () => 0,
    onTaken: (array, atOnce) => claims.set(array, atOnce ?? 0),
  };

  return {
    name: 'submitit',
    concurrency: IN_QUEUE,
    keepsQueue: true,
    keepsTimeLimit: true,
    limits: { runningS: 60 * limitMinutes(options) },
    preflight: async () => ({ ok: true, notes: [] }),
    discover: async () => ({
      partitions: [],
      accounts: [],
      gpuTypes: [],
      cores: null,
      memoryGb: null,
      maxJobs: null,
      budgetLeft: null,
    }),
    submit: (attempts, signal) => submitAttempts(attempts, submitter, signal),
    observe: (handles, signal) => observeTasks(handles, observer, signal),
    cancel: (handles, signal) => observeTasks(handles, observer, signal),
    storage: cluster.storage,
    health: async () => ({ state: 'well', text: 'ok' }),
    usage: async (handles) => handles.map(() => null),
  };
}
