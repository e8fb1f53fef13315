import type { ErrorType, Failure } from '../../dispatch/job/words.ts';
import { standing } from '../../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../../dispatch/journal/sweep-state.ts';
import { causeText } from './cause-text.ts';

/** Failed jobs of one cause. */
export interface FailureGroup {
  /** The same for the same cause, whatever else fails. */
  readonly id: string;
  readonly errorType: ErrorType;
  /** In the plan's order; never empty. */
  readonly jobs: readonly JobRecord[];
  /** `OOM: 16.0 of 16 GB`. */
  readonly cause: string;
  /** The failure that is shown for all. */
  readonly failure: Failure;
}

/** Jobs that have failed; one whose retry can still be taken back is among them. */
export function failuresOf(sweep: SweepState): JobRecord[] {
  return [...sweep.jobs.values()].filter((job) => standing(job) === 'error');
}

/**
 * Failed jobs by their cause: the same kind of failure with the same message, whatever jobs, numbers and machines it
 * names. Each is in exactly one group; the largest group comes first.
 */
export function groupFailures(sweep: SweepState): FailureGroup[] {
  const groups = Map.groupBy(failuresOf(sweep), groupId);
  return [...groups]
    .map(([id, jobs]) => groupOf(id, jobs))
    .sort((a, b) => b.jobs.length - a.jobs.length);
}

/** A job may fail without a word where a journal was cut. */
const UNTOLD: Failure = {
  stage: 'collect',
  errorType: 'internal',
  error: 'It failed without a word.',
  traceback: '',
};

function groupId(job: JobRecord): string {
  const { errorType, error } = job.failure ?? UNTOLD;
  return `${errorType}\0${normalised(error, job)}`;
}

function groupOf(id: string, jobs: readonly JobRecord[]): FailureGroup {
  const failures = jobs.map(({ failure }) => failure ?? UNTOLD);
  const failure = failures[0] ?? UNTOLD;
  return { id, errorType: failure.errorType, jobs, cause: causeText(failures), failure };
}

/** A message without what differs from job to job. */
function normalised(error: string, { jobId, runId, handle, detail }: JobRecord): string {
  const names = [jobId, runId, handle?.id ?? '', detail].filter((name) => name.length > 2);
  return names
    .reduce((text, name) => text.replaceAll(name, '@'), error)
    .replace(/0x[0-9a-f]+|\d+(?:[.,]\d+)*/gi, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
