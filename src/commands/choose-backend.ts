import { localBackend } from '../backends/local/local-backend.ts';
import type { Cluster } from '../backends/slurm/cluster.ts';
import { localCluster } from '../backends/slurm/local-cluster.ts';
import { slurmBackend } from '../backends/slurm/slurm-backend.ts';
import { workerBundle } from '../dispatch/artifacts/code-version.ts';
import { storeDirOf } from '../dispatch/artifacts/layout.ts';
import type { Backend } from '../dispatch/backend.ts';
import type { RunOptions } from '../dispatch/config/run-options.ts';
import { LlcError } from '../dispatch/errors.ts';

/** The place where jobs run, as the options say. The one line a backend is registered with. */
const BACKENDS: Record<
  RunOptions['backend'],
  ((options: RunOptions, runsDir: string, workingDir: string) => Backend) | null
> = {
  local: (options, runsDir) =>
    localBackend({
      workerPath: workerBundle(),
      runsDir,
      cpus: options.cpus,
      ...(options.workers === null ? {} : { workers: options.workers }),
    }),
  submitit: (options, runsDir, workingDir) =>
    slurmBackend({
      cluster: clusterOf(options, workingDir),
      slurm: {
        partition: options.slurmPartition,
        account: options.slurmAccount,
        qos: options.slurmQos,
        constraint: options.slurmConstraint,
        extra: options.slurmExtra,
        warningS: options.slurmSignalDelayS,
        gpuType: gpuTypeOf(options),
      },
      runsDir,
      timeoutMin: options.timeoutMin,
      memoryGb: options.memGb,
      maxRetries: options.maxRetries,
      maxConcurrent: options.maxConcurrent,
      codeVersion: process.env['LLC_CODE_VERSION'] || null,
    }),
  modal: null,
};

function clusterOf({ ssh, remoteNode }: RunOptions, workingDir: string): Cluster {
  if (ssh !== null)
    throw new LlcError(
      69,
      `This version of llc cannot reach Slurm on ${ssh} by ssh.`,
      'Run llc on a login node of the cluster, without --ssh.',
    );
  return localCluster({
    workerPath: workerBundle(),
    storeDir: storeDirOf(workingDir),
    ...(remoteNode === null ? {} : { node: remoteNode }),
  });
}

/** Clusters name their GPUs in small letters. */
function gpuTypeOf({ gpuTypes }: RunOptions): string | null {
  const [first] = gpuTypes;
  return first?.toLowerCase() ?? null;
}

/**
 * @param runsDir - absolute
 * @param workingDir - absolute; where `sweeps/` and `.llc/` lie
 * @throws LlcError 69 for a backend that this version does not have
 */
export function chooseBackend(options: RunOptions, runsDir: string, workingDir: string): Backend {
  const create = BACKENDS[options.backend];
  if (create) return create(options, runsDir, workingDir);
  throw new LlcError(
    69,
    `This version of llc has no ${options.backend} backend.`,
    'Use --backend=local, which runs the jobs on this machine.',
  );
}
