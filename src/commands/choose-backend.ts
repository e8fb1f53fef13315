import { localBackend } from '../backends/local/local-backend.ts';
import { modalBackend } from '../backends/modal/modal-backend.ts';
import type { Cluster } from '../backends/slurm/cluster.ts';
import { localCluster } from '../backends/slurm/local-cluster.ts';
import { passedOn } from '../backends/slurm/passed-on.ts';
import { type SlurmBackendOptions, slurmBackend } from '../backends/slurm/slurm-backend.ts';
import { sshCluster } from '../backends/slurm/ssh/ssh-cluster.ts';
import { workerBundle } from '../dispatch/artifacts/code-version.ts';
import { storeDirOf, sweepLayout } from '../dispatch/artifacts/layout.ts';
import type { Backend } from '../dispatch/backend.ts';
import type { RunOptions } from '../dispatch/config/run-options.ts';
import { sweepsDirOf } from './newest-sweep.ts';

/** Folders of this machine, absolute. */
export interface Here {
  readonly runsDir: string;
  /** Where `sweeps/` and `.llc/` lie. */
  readonly workingDir: string;
  /** Of the sweep that is run. Default: none is, only questions are asked. */
  readonly sweepDir?: string;
}

/** The place where jobs run, as the options say. The one line a backend is registered with. */
const BACKENDS: Record<RunOptions['backend'], (options: RunOptions, here: Here) => Backend> = {
  local: (options, { runsDir }) =>
    localBackend({
      workerPath: workerBundle(),
      runsDir,
      cpus: options.cpus,
      gpu: options.gpuMode !== 'off',
      ...(options.workers === null ? {} : { workers: options.workers }),
    }),
  submitit: (options, here) =>
    slurmBackend({
      ...slurmOf(options, here),
      runsDir: here.runsDir,
      timeoutMin: options.timeoutMin,
      memoryGb: options.memGb,
      maxRetries: options.maxRetries,
      maxConcurrent: options.maxConcurrent,
      environment: passedOn(process.env),
    }),
  modal: (_, { runsDir }) => modalBackend({ runsDir }),
};

/** The cluster that these options mean, and what they ask of its Slurm. */
export function slurmOf(
  options: RunOptions,
  here: Here,
): Pick<SlurmBackendOptions, 'cluster' | 'slurm'> {
  return {
    cluster: clusterOf(options, here),
    slurm: {
      partition: options.slurmPartition,
      account: options.slurmAccount,
      qos: options.slurmQos,
      constraint: options.slurmConstraint,
      extra: options.slurmExtra,
      warningS: options.slurmSignalDelayS,
      gpuType: gpuTypeOf(options),
    },
  };
}

function clusterOf(options: RunOptions, { runsDir, workingDir, sweepDir }: Here): Cluster {
  const { ssh, remoteDir, remoteNode } = options;
  const workerPath = workerBundle();
  const storeDir = storeDirOf(workingDir);
  if (ssh === null)
    return localCluster({
      workerPath,
      storeDir,
      ...(remoteNode === null ? {} : { node: remoteNode }),
    });
  return sshCluster({
    host: ssh,
    remoteDir,
    sweepDir: sweepDir ?? sweepLayout(sweepsDirOf(workingDir), 'none').dir,
    runsDir,
    storeDir,
    workerPath,
    ...(remoteNode === null ? {} : { remoteNode }),
  });
}

/** Clusters name their GPUs in small letters. */
function gpuTypeOf({ gpuTypes }: RunOptions): string | null {
  const [first] = gpuTypes;
  return first?.toLowerCase() ?? null;
}

export function chooseBackend(options: RunOptions, here: Here): Backend {
  return BACKENDS[options.backend](options, here);
}
