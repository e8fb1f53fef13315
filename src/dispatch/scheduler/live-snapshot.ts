import type { PullUnderWay } from '../artifacts/pulls-under-way.ts';
import type { Health } from '../backend.ts';
import type { ClockLimits } from '../job/clock-limits.ts';
import type { Progress } from '../job/protocol.ts';
import type { JobState } from '../job/words.ts';
import { countsByState, liveJobs } from '../journal/selectors.ts';
import type { Scheduler } from './scheduler.ts';
import type { Notice } from './sweep-notices.ts';
import { vigilOf } from './vigil.ts';

/** `live.json`: what runs now and how far it is. */
export interface LiveSnapshot {
  readonly sweepId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly epoch: number;
  readonly counts: Readonly<Record<JobState, number>>;
  /** How the place where jobs run is; null before it was asked. */
  readonly health: (Health & { readonly at: number }) | null;
  /** When waiting for an attempt ends here. */
  readonly limits: ClockLimits;
  /** The place keeps finished runs, so that they can be brought here; else they are here already. */
  readonly keepsRuns: boolean;
  /** Runs that are being brought here, by id. Absent in a file of before. */
  readonly pulls?: Readonly<Record<string, PullUnderWay>>;
  /** The newest troubles that stop nothing. */
  readonly notices: readonly Notice[];
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
    /** US dollars an hour; null where nobody tells. Absent in a file of before. */
    readonly perHour?: number | null;
  }[];
}

export function liveSnapshot(
  { sweep, vigils, policy, epoch }: Scheduler,
  now: Pick<LiveSnapshot, 'time' | 'health' | 'notices' | 'pulls'>,
): LiveSnapshot {
  return {
    sweepId: sweep.sweepId,
    ...now,
    epoch,
    limits: policy.limits,
    keepsRuns: policy.keepsRuns,
    counts: countsByState(sweep),
    jobs: liveJobs(sweep).map((job) => {
      const { beatAt, progress, perHour } = vigilOf(vigils, job.jobId, job.attempt);
      return {
        jobId: job.jobId,
        attempt: job.attempt,
        state: job.state,
        detail: job.detail,
        startedAt: job.startedAt,
        heardAt: beatAt,
        progress,
        perHour,
      };
    }),
  };
}
