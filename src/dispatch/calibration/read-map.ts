import type { sweepLayout } from '../artifacts/layout.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { standing } from '../journal/selectors.ts';
import type { JobRecord } from '../journal/sweep-state.ts';
import { readSweepJobs } from '../plan/finished-jobs.ts';
import { type CalibrationRecord, readCalibration } from './calibration-file.ts';
import { type Cell, cellOf } from './map-cell.ts';

/** A map as it lies on the disc. */
export interface StoredMap {
  /** In the plan's order. */
  readonly cells: readonly Cell[];
  /** Of the same jobs, in the same order. */
  readonly jobs: readonly JobSpec[];
  /** Jobs that have neither a result nor an end. */
  readonly unfinished: number;
  readonly record: CalibrationRecord | null;
}

/**
 * Reads the jobs of a sweep as cells of a map.
 *
 * @param cwd - what the sweep's paths are relative to
 * @throws LlcError 70, 75, 78 where its plan or journal cannot be read
 */
export async function readMap(
  files: ReturnType<typeof sweepLayout>,
  cwd: string,
): Promise<StoredMap> {
  const jobs = await readSweepJobs(files, cwd);
  return {
    cells: jobs.map(({ job, record, metrics }) => cellOf(job, metrics, failureOf(record))),
    jobs: jobs.map(({ job }) => job),
    unfinished: jobs.filter(({ record }) => isUnfinished(record)).length,
    record: await readCalibration(files.calibration),
  };
}

/** Why a job has no metrics. */
function failureOf(job: JobRecord | undefined): string {
  if (job === undefined || isUnfinished(job)) return 'unfinished';
  if (job.outcome !== null) return 'run is gone';
  return standing(job) === 'error' ? (job.failure?.errorType ?? 'error') : standing(job);
}

function isUnfinished(job: JobRecord | undefined): boolean {
  if (job === undefined) return true;
  return job.outcome === null && !['error', 'cancelled'].includes(standing(job));
}
