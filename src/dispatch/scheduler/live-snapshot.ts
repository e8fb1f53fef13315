import type { Progress } from '../job/protocol.ts';
import type { JobState } from '../job/words.ts';
import { countsByState, liveJobs } from '../journal/selectors.ts';
import type { Scheduler } from './scheduler.ts';
import { vigilOf } from './vigil.ts';

/** `live.json`: what runs now and how far it is. */
export interface LiveSnapshot {
  readonly sweepId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly epoch: number;
  readonly counts: Readonly<Record<JobState, number>>;
  readonly jobs: readonly {
    readonly jobId: string;
    readonly attempt: number;
    readonly state: JobState;
    /** Why it waits, or on which machine it is. */
    readonly detail: string;
    readonly startedAt: number | null;
    /** When the worker was last heard. */
    readonly heardAt: number | null;
    readonly progress: Progress | null;
  }[];
}

export function liveSnapshot({ sweep, vigils, epoch }: Scheduler, time: number): LiveSnapshot {
  return {
    sweepId: sweep.sweepId,
    time,
    epoch,
    counts: countsByState(sweep),
    jobs: liveJobs(sweep).map((job) => {
      const { beatAt, progress } = vigilOf(vigils, job.jobId, job.attempt);
      return {
        jobId: job.jobId,
        attempt: job.attempt,
        state: job.state,
        detail: job.detail,
        startedAt: job.startedAt,
        heardAt: beatAt,
        progress,
      };
    }),
  };
}
