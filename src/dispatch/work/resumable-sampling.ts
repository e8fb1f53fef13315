import { setTimeout as delay } from 'node:timers/promises';
import type { RunningEstimate } from '../../compute/estimator/running-estimate.ts';
import type { Sampler } from '../../compute/samplers/sampler.ts';
import type { SamplingTimes } from './advance-in-blocks.ts';
import type { CheckpointOf } from './checkpoint.ts';
import type { JobSurroundings } from './job-surroundings.ts';
import type { Recorder } from './recorder.ts';

/** All that grows while a job samples. */
export interface Course {
  readonly sampler: Sampler;
  readonly recorder: Recorder;
  readonly running: RunningEstimate;
}

/** A course and when to write where it stands. */
export interface ResumableSampling extends Course {
  /** Of the workers before. */
  readonly spent: SamplingTimes;
  /** Writes a checkpoint if one is due. Only where the sampler can be saved. */
  keep(spent: SamplingTimes): Promise<void>;
  /** The same without waiting for its time, since the process ends; whoever may kill it soon is not waited on for long. */
  keepLast(spent: SamplingTimes): Promise<void>;
}

/** Of the time, that checkpoints may take: where there are very many draws, they come less often. */
const MOST_SHARE = 0.02;
/** Whoever sends SIGTERM may kill after some ten seconds, and half a checkpoint is none. */
const LAST_SECONDS = 5;
/** Who sends it waits until the process has ended. */
const PATIENT = 'SIGUSR2';

/**
 * Starts a course, from the job's checkpoint where there is one that fits: what follows is the same bytes as without
 * the interruption.
 */
export async function resumeSampling(
  start: () => Course,
  of: CheckpointOf,
  surroundings: JobSurroundings,
): Promise<ResumableSampling> {
  const { checkpoint, checkpointEvery, checkOwner, clock, log, stop, trace } = surroundings;
  let course = start();
  let spent: SamplingTimes = { warmup: 0, sampling: 0 };
  const saved = await checkpoint.read(of);
  if (saved !== null) {
    try {
      course.sampler.restore(saved.sampler);
      for (const draw of saved.draws) {
        course.recorder.draws.push(draw);
        course.running.add(draw.loss);
      }
      spent = saved.spent;
      trace.resume(saved.trace);
      const { done, total } = course.sampler;
      log(`goes on from the checkpoint: ${done} of ${total} transitions are done`);
    } catch (error) {
      await checkpoint.setAside(error);
      course = start();
    }
  }
  const { sampler, recorder } = course;
  let due = clock() + checkpointEvery;
  const write = async (now: SamplingTimes): Promise<void> => {
    // One that has been replaced must not put its own in the place of its successor's.
    checkOwner();
    const began = clock();
    const state = { sampler: await sampler.save(), draws: recorder.draws, spent: now };
    await checkpoint.write(of, { ...state, trace: trace.points });
    const ended = clock();
    due = ended + Math.max(checkpointEvery, (ended - began) / MOST_SHARE);
  };
  return {
    ...course,
    spent,
    keep: async (now) => {
      if (clock() >= due) await write(now);
    },
    keepLast: async (now) => {
      const written = write(now).then(() => {
        log(`left a checkpoint: ${sampler.done} of ${sampler.total} transitions are done`);
      });
      if (stop.reason === PATIENT) return written;
      return Promise.race([written, delay(1000 * LAST_SECONDS)]);
    },
  };
}
