import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RUN_FILES, runDir, type sweepLayout } from '../artifacts/layout.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { readJournal, replay } from '../journal/replay.ts';
import { standing } from '../journal/selectors.ts';
import type { JobRecord } from '../journal/sweep-state.ts';
import { readSweepFile } from '../plan/sweep-file.ts';
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
 * @throws LlcError 75, 78 where its plan or journal cannot be read
 */
export async function readMap(
  files: ReturnType<typeof sweepLayout>,
  cwd: string,
): Promise<StoredMap> {
  const { jobs, runsDir } = await readSweepFile(files.plan);
  const sweep = replay((await readJournal(files.journal)).events);
  const metrics = await Promise.all(
    jobs.map(({ jobId, runId }) =>
      sweep.jobs.get(jobId)?.outcome == null
        ? null
        : metricsOf(resolve(cwd, runDir(runsDir, runId))),
    ),
  );
  return {
    cells: jobs.map((job, index) =>
      cellOf(job, metrics[index] ?? null, failureOf(sweep.jobs.get(job.jobId))),
    ),
    jobs,
    unfinished: jobs.filter(({ jobId }) => isUnfinished(sweep.jobs.get(jobId))).length,
    record: await readCalibration(files.calibration),
  };
}

/** Null where a run is gone, or is not yet here. */
async function metricsOf(dir: string): Promise<Record<string, unknown> | null> {
  try {
    const metrics: unknown = JSON.parse(await readFile(join(dir, RUN_FILES.metrics), 'utf8'));
    return typeof metrics === 'object' && metrics !== null
      ? (metrics as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function failureOf(job: JobRecord | undefined): string {
  if (job === undefined || isUnfinished(job)) return 'unfinished';
  if (job.outcome !== null) return 'run is gone';
  return standing(job) === 'error' ? (job.failure?.errorType ?? 'error') : standing(job);
}

function isUnfinished(job: JobRecord | undefined): boolean {
  if (job === undefined) return true;
  return job.outcome === null && !['error', 'cancelled'].includes(standing(job));
}
