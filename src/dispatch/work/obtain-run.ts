import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES, runDir } from '../artifacts/layout.ts';
import { readManifest, runExists } from '../artifacts/manifest.ts';
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
  if (!payload.noSkip && (await hasAllAskedFor(path, payload))) {
    log(`run ${job.runId} exists`);
    return { runDir: path, cached: true, metrics: await readMetrics(path) };
  }
  const files = await computeRun(payload, surroundings);
  enter('artifacts');
  await checkOwner();
  await writeRun({ runsDir, storeDir }, job.runId, files);
  log(`run ${job.runId} written`);
  return { runDir: path, cached: false, metrics: await readMetrics(path) };
}

/** A run that was written without its draws does not answer a job that wants them. */
async function hasAllAskedFor(path: string, { job, noArtifacts }: Payload): Promise<boolean> {
  if (!(await runExists(path))) return false;
  if (noArtifacts) return true;
  const manifest = await readManifest(path);
  return manifest !== null && RUN_FILES.draws(job.sampler) in manifest.files;
}

async function readMetrics(path: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(path, RUN_FILES.metrics), 'utf8'));
}
