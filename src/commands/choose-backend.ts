import type { Cluster } from '../backends/slurm/cluster.ts';
import { passedOn } from '../backends/slurm/passed-on.ts';
import type { SlurmBackendOptions } from '../backends/slurm/slurm-backend.ts';
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

/** The place where jobs run, as the options say. The one line a backend is registered with; its code is loaded then. */
const BACKENDS: Record<
  RunOptions['backend'],
  (options: RunOptions, here: Here) => Promise<Backend>
> = {
  local: async (options, { runsDir }) => {
    const { localBackend } = await import('../backends/local/local-backend.ts');
    return localBackend({
      workerPath: workerBundle(),
      runsDir,
      cpus: options.cpus,
      gpu: options.gpuMode !== 'off',
      ...(options.workers === null ? {} : { workers: options.workers }),
    });
  },
  submitit: async (options, here) => {
    const { slurmBackend } = await import('../backends/slurm/slurm-backend.ts');
    return slurmBackend({
      ...(await slurmOf(options, here)),
      runsDir: here.runsDir,
      timeoutMin: options.timeoutMin,
      memoryGb: options.memGb,
      maxRetries: options.maxRetries,
      maxConcurrent: options.maxConcurrent,
      environment: passedOn(process.env),
    });
  },
  modal: async (_, { runsDir }) => {
    const { modalBackend } = await import('../backends/modal/modal-backend.ts');
    return modalBackend({ runsDir });
  },
};

/** The cluster that these options mean, and what they ask of its Slurm. */
export async function slurmOf(
  options: RunOptions,
  here: Here,
): Promise<Pick<SlurmBackendOptions, 'cluster' | 'slurm'>> {
  return {
    cluster: await clusterOf(options, here),
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

async function clusterOf(
  options: RunOptions,
  { runsDir, workingDir, sweepDir }: Here,
): Promise<Cluster> {
  const { ssh, remoteDir, remoteNode } = options;
  const workerPath = workerBundle();
  const storeDir = storeDirOf(workingDir);
  if (ssh === null) {
    const { localCluster } = await import('../backends/slurm/local-cluster.ts');
    return localCluster({
      workerPath,
      storeDir,
      ...(remoteNode === null ? {} : { node: remoteNode }),
    });
  }
  const { sshCluster } = await import('../backends/slurm/ssh/ssh-cluster.ts');
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

export async function chooseBackend(options: RunOptions, here: Here): Promise<Backend> {
  return BACKENDS[options.backend](options, here);
}
