import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRun } from '../artifacts/find-run.ts';
import { RUN_FILES, runDir } from '../artifacts/layout.ts';
import { writeRun } from '../artifacts/run-writer.ts';
import { mendReplaced, stagingDir } from '../artifacts/staging.ts';
import type { Payload } from '../job/protocol.ts';
import { computeRun } from './compute-run.ts';
import type { JobSurroundings } from './job-surroundings.ts';

export interface ObtainedRun {
  /** Absolute. */
  readonly runDir: string;
  /** It was there and was not computed again. */
  readonly cached: boolean;
  /** As they stand in `metrics.json`. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** The run of a job: the one that exists, or one that is computed and written whole. */
export async function obtainRun(
  payload: Payload,
  surroundings: JobSurroundings,
): Promise<ObtainedRun> {
  const { runsDir, storeDir, job } = payload;
  const { log, enter, checkOwner } = surroundings;
  const path = runDir(runsDir, job.runId);
  await mendReplaced(await stagingDir(runsDir, storeDir), job.runId, path);
  const found = payload.noSkip ? null : await findRun(runsDir, job, !payload.noArtifacts);
  if (found !== null) {
    log(`run ${job.runId} exists`);
    return { runDir: path, cached: true, metrics: found.metrics };
  }
  const files = await computeRun(payload, surroundings);
  enter('artifacts');
  checkOwner();
  await writeRun({ runsDir, storeDir }, job.runId, files);
  log(`run ${job.runId} written`);
  return { runDir: path, cached: false, metrics: await readMetrics(path) };
}

async function readMetrics(path: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(path, RUN_FILES.metrics), 'utf8'));
}
