import { jobsToRetry, mustRepeat } from '../../dispatch/journal/selectors.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { Context } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { ERROR_WORDS } from './error-words.ts';
import { type Act, retryJobs } from './job-acts.ts';

/** All failed jobs that nobody has asked for again. */
interface Failed {
  readonly jobs: readonly JobRecord[];
  /** They fail the same way whatever their surroundings. */
  readonly leftOut: readonly JobRecord[];
}

/** The failed that may do better, and those that must fail again. */
export function failedJobs({ sweep }: SweepWatched, { asked }: Context): Failed {
  const isNew = ({ jobId }: JobRecord) => asked.get(jobId) !== 'retry';
  const failed = [...sweep.byState.error].flatMap((jobId) => sweep.jobs.get(jobId) ?? []);
  return {
    jobs: jobsToRetry(sweep).filter(isNew),
    leftOut: failed.filter((job) => isNew(job) && mustRepeat(job)),
  };
}

/** `1 diverged left out: the same seed fails the same way.`; empty where none is. */
export function leftOutText(jobs: readonly JobRecord[]): string {
  if (jobs.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { failure } of jobs) {
    const word = failure === null ? 'error' : ERROR_WORDS[failure.errorType];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const kinds = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  return `${kinds} left out: the same seed fails the same way.`;
}

export function whyNoRetryFailed(watched: SweepWatched, context: Context): string | null {
  const { jobs, leftOut } = failedJobs(watched, context);
  if (jobs.length > 0) return null;
  if (leftOut.length === 0) return 'No failed jobs to retry.';
  return `${leftOutText(leftOut)} ${context.keyOf('retry')} retries one all the same.`;
}

/** Queues again all failures but those that must repeat. */
export function retryFailed(
  options: Readonly<Record<string, string>>,
  watched: SweepWatched,
  context: Context,
): Act {
  const why = whyNoRetryFailed(watched, context);
  if (why !== null) return { say: why };
  const { jobs, leftOut } = failedJobs(watched, context);
  return retryJobs(jobs, options, watched, leftOutText(leftOut));
}
