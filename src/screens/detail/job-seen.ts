import type { JobSpec, Resources } from '../../dispatch/job/job-spec.ts';
import type { Progress } from '../../dispatch/job/protocol.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { OrderAction } from '../../dispatch/orders/order.ts';
import { timeText } from '../../ui/format/time-text.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Context } from '../console/screen.ts';
import type { JobFiles } from '../known/job-files.ts';
import { loadedValue } from '../known/loaded.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import type { AttemptSeen } from '../sweep/attempt-history.ts';
import { resourcesOf } from '../sweep/next-step.ts';

/** All that is known of the job on the screen, gathered once for all tabs. */
export interface JobSeen {
  readonly watched: SweepWatched;
  readonly job: JobRecord;
  /** As planned; null until the plan has been read. */
  readonly spec: JobSpec | null;
  readonly resources: Resources;
  /** What its worker says; null where it does not run or has said nothing. */
  readonly progress: Progress | null;
  /** When its worker was last heard, milliseconds since 1970. */
  readonly heardAt: number | null;
  /** What it costs while it runs, US dollars an hour; null where nobody tells. */
  readonly perHour: number | null;
  /** What was asked for and not yet told by the journal. */
  readonly asked: OrderAction | null;
  readonly attempts: readonly AttemptSeen[];
  /** Null until they have been read. */
  readonly files: JobFiles | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly theme: Theme;
  readonly keyOf: Context['keyOf'];
  /** Columns that may be written: the last stays free. */
  readonly width: number;
}

/** Null while the sweep is not read, or where it has no such job. */
export function jobSeen(jobId: string, context: Context): JobSeen | null {
  const watched = loadedValue(context.known.sweep);
  const job = watched?.sweep.jobs.get(jobId);
  if (watched === null || job === undefined) return null;
  const { jobFiles } = context.known;
  const live = watched.liveJobs.get(jobId);
  const isNow = live !== undefined && live.attempt === job.attempt && isLive(job.state);
  return {
    watched,
    job,
    spec: watched.plan?.jobs.find((planned) => planned.jobId === jobId) ?? null,
    resources: resourcesOf(job, watched.sweep),
    progress: isNow ? live.progress : null,
    heardAt: isNow ? live.heardAt : null,
    perHour: isNow ? (live.perHour ?? null) : null,
    asked: context.asked.get(jobId) ?? null,
    attempts: watched.history.get(jobId) ?? [],
    files: jobFiles?.jobId === jobId ? filesNow(jobFiles, job.attempt) : null,
    now: context.known.now,
    theme: context.theme,
    keyOf: context.keyOf,
    width: context.columns - 1,
  };
}

/** `14:33`, `Sun 22:31`: a moment beside the present one. */
export function at(seen: Pick<JobSeen, 'now'>, moment: number): string {
  return timeText(new Date(moment), new Date(seen.now));
}

/** The course of an attempt that is over says nothing of the one that runs. */
function filesNow(files: JobFiles, attempt: number): JobFiles {
  return files.attempt === attempt ? files : { ...files, trace: [] };
}
