import type { Storage } from '../../dispatch/backend.ts';

/**
 * The machine on which Slurm's commands run and the file system that its compute nodes see: this machine, when llc
 * runs on a login node, or a host behind ssh. Trouble with the way there is an exception (`LlcError` 75), which the
 * dispatcher waits out; a command that ran and failed is a value.
 */
export interface Cluster {
  /** The ssh host as it was named; empty where it is this machine. */
  readonly host: string;

  /** Runs a program with these words, each taken literally; no shell of ours reads them. */
  run(
    words: readonly string[],
    options: { readonly signal: AbortSignal; readonly limitMs: number },
  ): Promise<CommandEnd>;

  /** The Node and the worker that compute nodes run; put where they can be reached, once a version. */
  program(signal: AbortSignal): Promise<WorkerProgram>;

  /**
   * Puts the library by which a worker reaches a GPU beside the workers, once a version: only jobs that ask for a GPU
   * need it, and it is large.
   */
  lendGpuLibrary(signal: AbortSignal): Promise<void>;

  /** What a compute node calls a file or folder of this sweep, given as it is called here. Absolute both. */
  pathOf(path: string): string;

  /** Makes files of this sweep's folder, which lie here, readable there; payloads with the paths of there. */
  publish(paths: readonly string[], signal: AbortSignal): Promise<void>;

  /**
   * Brings here what jobs have written: marks of their ends, and of these attempts (folders, as they are called here)
   * the words of the worker and the ends of its logs. Asks once for all, and takes only what has changed. Nothing to
   * do where the files are here.
   */
  fetchNews(dirs: readonly string[], signal: AbortSignal): Promise<void>;

  /** Finished runs that lie there; null where they are here already. */
  readonly storage: Storage | null;

  /** Ends connections. */
  close(): Promise<void>;
}

/** How a command ended. */
export interface CommandEnd {
  /** Null where a signal or the limit ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Paths as compute nodes call them. */
export interface WorkerProgram {
  readonly node: string;
  readonly worker: string;
}
