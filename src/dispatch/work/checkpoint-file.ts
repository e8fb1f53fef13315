import { readFile, rename, rm } from 'node:fs/promises';
import { removeTemporaries, writeWhole } from '../artifacts/atomic-write.ts';
import { jobLayout } from '../artifacts/layout.ts';
import {
  type CheckpointOf,
  decodeCheckpoint,
  encodeCheckpoint,
  type SamplingState,
} from './checkpoint.ts';

/**
 * A job's checkpoint, which lies beside the folders of its attempts: the next attempt goes on from it, or the same one
 * started again. It only saves time: trouble with it is a line of the log and no failure of the job.
 */
export class CheckpointFile {
  readonly #attemptDir: string;
  readonly #log: (line: string) => void;

  constructor(attemptDir: string, log: (line: string) => void) {
    this.#attemptDir = attemptDir;
    this.#log = log;
  }

  /** What can be gone on from; null where there is nothing of this job. */
  async read(wanted: CheckpointOf): Promise<SamplingState | null> {
    const { checkpoint: path } = jobLayout(this.#attemptDir);
    try {
      await removeTemporaries(path);
      const found = decodeCheckpoint(await readFile(path));
      const reason = found === null ? 'its bytes are not whole' : found.mismatch(wanted);
      if (found !== null && reason === null) return await this.#stateOf(found);
      this.#log(`the checkpoint is not used: ${reason}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log(`the checkpoint cannot be read: ${error}`);
    }
    return null;
  }

  /** Replaces the last one. */
  async write(of: CheckpointOf, state: SamplingState): Promise<void> {
    try {
      await writeWhole(jobLayout(this.#attemptDir).checkpoint, encodeCheckpoint(of, state));
    } catch (error) {
      this.#log(`the checkpoint cannot be written: ${error}`);
    }
  }

  /** To be called where going on from it failed: the job starts afresh, now and the next time. */
  async setAside(error: unknown): Promise<void> {
    const { checkpoint, brokenCheckpoint } = jobLayout(this.#attemptDir);
    this.#log(`the checkpoint cannot be gone on from and is set aside: ${error}`);
    try {
      await rename(checkpoint, brokenCheckpoint);
    } catch (trouble) {
      this.#log(`the checkpoint cannot be set aside: ${trouble}`);
    }
  }

  /** The job has its result. */
  async remove(): Promise<void> {
    try {
      await rm(jobLayout(this.#attemptDir).checkpoint, { force: true });
    } catch (error) {
      this.#log(`the checkpoint cannot be removed: ${error}`);
    }
  }

  async #stateOf(found: { state(): SamplingState }): Promise<SamplingState | null> {
    try {
      return found.state();
    } catch (error) {
      await this.setAside(error);
      return null;
    }
  }
}
