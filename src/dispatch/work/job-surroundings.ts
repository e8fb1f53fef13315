import type { Stage } from '../job/words.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import type { ProgressFile } from './progress-file.ts';
import type { TraceFile } from './trace-file.ts';

/** What a worker process hands to the attempt that it is. */
export interface Surroundings {
  /** Aborted, with the signal's name as the reason, when the process is asked to end. */
  readonly stop: AbortSignal;
  /** How often the place has started this attempt again before. */
  readonly incarnation: number;
  /** The program of an engine's thread. */
  readonly threadEntry: URL;
  /** The lock of the GPU where jobs of this machine share one; null where each was given its own. */
  readonly gpuTurn: string | null;
  /** Which GPUs of this machine a scheduler gave to the job, as it counts them; null where none did. */
  readonly gpusGiven: string | null;
  /** Seconds, from any start. */
  readonly clock: () => number;
  /** How often a checkpoint is written while sampling, seconds. */
  readonly checkpointEvery: number;
  /** The program's version. */
  readonly version: string;
  /** A line of the attempt's log. */
  readonly log: (line: string) => void;
}

/** What the attempt hands to the steps of its job. */
export interface JobSurroundings extends Surroundings {
  readonly progress: ProgressFile;
  readonly trace: TraceFile;
  readonly checkpoint: CheckpointFile;
  /** Told which stage begins. */
  readonly enter: (stage: Stage) => void;
  /** Throws where the attempt is no longer this worker's; asked before anything lasting is done. */
  readonly checkOwner: () => void;
}
