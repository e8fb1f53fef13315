import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RUN_FILES, runDir, type sweepLayout } from '../artifacts/layout.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { readJournal, replay } from '../journal/replay.ts';
import type { JobRecord } from '../journal/sweep-state.ts';
import { readSweepFile } from './sweep-file.ts';

/** A planned job, what the journal says of it, and its run's metrics. */
export interface SweepJob {
  readonly job: JobSpec;
  /** Undefined where nothing has happened yet. */
  readonly record: JobRecord | undefined;
  /** Null where it has no result, or its run is gone or not yet here. */
  readonly metrics: Readonly<Record<string, unknown>> | null;
}

/**
 * The jobs of a sweep in the plan's order, with the metrics of those that have ended well.
 *
 * @param cwd - what the sweep's paths are relative to
 * @throws LlcError 70, 75, 78 where its plan or journal cannot be read
 */
export async function readSweepJobs(
  files: ReturnType<typeof sweepLayout>,
  cwd: string,
): Promise<readonly SweepJob[]> {
  const { jobs, runsDir } = await readSweepFile(files.plan);
  const sweep = replay((await readJournal(files.journal)).events);
  return Promise.all(
    jobs.map(async (job) => {
      const record = sweep.jobs.get(job.jobId);
      const hasResult = record !== undefined && record.outcome !== null;
      const dir = resolve(cwd, runDir(runsDir, job.runId));
      return { job, record, metrics: hasResult ? await metricsOf(dir) : null };
    }),
  );
}

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
