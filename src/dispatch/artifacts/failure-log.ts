import type { JobRecord } from '../journal/sweep-state.ts';
import { attemptLayout, type sweepLayout } from './layout.ts';

/** The log that says more of how a job's newest attempt ended; null where it never had one. */
export function failureLog(
  { jobId, attempt, failure }: Pick<JobRecord, 'jobId' | 'attempt' | 'failure'>,
  files: ReturnType<typeof sweepLayout>,
): string | null {
  if (attempt === 0) return null;
  return failure?.log ?? attemptLayout(files.attempt(jobId, attempt)).stdout;
}
