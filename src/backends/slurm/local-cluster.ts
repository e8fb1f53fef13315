import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { storedLibrary, storedWorker } from '../../dispatch/artifacts/layout.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { bindingFile, bindingPlatform, findBinding } from '../../dispatch/gpu/gpu-binding.ts';
import type { Cluster, WorkerProgram } from './cluster.ts';
import { clusterEnvironment } from './cluster-environment.ts';
import { runCommand } from './run-command.ts';

export interface LocalClusterOptions {
  /** The built worker. */
  readonly workerPath: string;
  /** Where a copy of it is kept for jobs that wait, `.llc`. */
  readonly storeDir: string;
  /** The Node that compute nodes use. Default: the one that runs this. */
  readonly node?: string;
  /** Default: this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** This machine is a login node: its commands reach Slurm, and the compute nodes see its files. */
export function localCluster(options: LocalClusterOptions): Cluster {
  const { workerPath, storeDir, node = process.execPath } = options;
  const env = clusterEnvironment(options.environment ?? process.env);
  let program: Promise<WorkerProgram> | null = null;
  return {
    host: '',
    async run(words, { signal, limitMs }) {
      try {
        return await runCommand(words, { signal, limitMs, env });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new LlcError(
          69,
          `There is no ${words[0]} on this machine.`,
          'Run llc on a login node of the cluster, or name one with --ssh=HOST.',
        );
      }
    },
    program() {
      program ??= keepWorker(workerPath, storeDir).then((worker) => ({ node, worker }));
      program.catch(() => {
        program = null;
      });
      return program;
    },
    lendGpuLibrary: () => keepGpuLibrary(storeDir),
    pathOf: (path) => path,
    publish: async () => {},
    fetchNews: async () => {},
    storage: null,
    close: async () => {},
  };
}

/** Copies the worker under its hash: a job that starts tomorrow finds today's, whatever is built meanwhile. */
async function keepWorker(workerPath: string, storeDir: string): Promise<string> {
  const bytes = await readFile(workerPath);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const path = storedWorker(storeDir, hash);
  if (!existsSync(path)) await writeWhole(path, bytes);
  return path;
}

/** Compute nodes are taken to be of this machine's kind. */
async function keepGpuLibrary(storeDir: string): Promise<void> {
  const platform = bindingPlatform();
  const library = platform === null ? null : findBinding(platform);
  if (platform === null || library === null)
    throw new LlcError(
      69,
      `llc has no library for GPUs of ${process.platform}-${process.arch}.`,
      'Run npm ci where llc lies, or use --gpu-mode off.',
    );
  const path = storedLibrary(storeDir, bindingFile(platform));
  const { size } = await stat(library);
  const kept = await stat(path).catch(() => null);
  if (kept?.size !== size) await writeWhole(path, await readFile(library));
}
