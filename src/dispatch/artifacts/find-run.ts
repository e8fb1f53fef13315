import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobSpec } from '../job/job-spec.ts';
import { RUN_FILES, runDir } from './layout.ts';
import { readManifest, runExists } from './manifest.ts';

/**
 * A finished run that answers a job, so that it needs no attempt; null where it must be computed. A run
 * kept without its draws does not answer a job that wants them.
 */
export async function findRun(
  runsDir: string,
  job: JobSpec,
  wantsDraws: boolean,
): Promise<{ readonly metrics: Readonly<Record<string, unknown>> } | null> {
  const path = runDir(runsDir, job.runId);
  if (!(await runExists(path))) return null;
  const manifest = await readManifest(path);
  if (manifest === null) return null;
  if (wantsDraws && !(RUN_FILES.draws(job.sampler) in manifest.files)) return null;
  return { metrics: JSON.parse(await readFile(join(path, RUN_FILES.metrics), 'utf8')) };
}
