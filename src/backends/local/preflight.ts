import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Preflight, PreflightRequest } from '../../dispatch/backend.ts';
import { adapterText } from '../../dispatch/gpu/gpu-adapter.ts';
import type { GpuReport } from '../../dispatch/gpu/gpu-report.ts';
import { gpuRefused, unservedMode } from '../../dispatch/gpu/served-modes.ts';
import { errorTypeOfSystemError } from '../../dispatch/job/failure.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';

const OLDEST_NODE = 24;

export interface PreflightNeeds {
  readonly workerPath: string;
  readonly runsDir: string;
  /** Which GPU there is. */
  readonly gpu: () => Promise<GpuReport>;
  /** Default: of the Node that runs this. */
  readonly nodeVersion?: string;
}

/** Whether this machine can take these jobs: an engine for the mode, the worker, its Node, a place for runs. */
export async function preflightLocal(
  { jobs, resources }: PreflightRequest,
  { workerPath, runsDir, gpu, nodeVersion = process.versions.node }: PreflightNeeds,
): Promise<Preflight> {
  const unserved = unservedMode(jobs, resources);
  if (unserved !== null) return unserved;
  if (Number.parseInt(nodeVersion, 10) < OLDEST_NODE)
    return refused(
      'config',
      `Workers need Node ${OLDEST_NODE} or newer; this is ${nodeVersion}.`,
      'Run npm ci and start llc by npx llc, which brings its own Node.',
    );
  try {
    await access(workerPath, constants.R_OK);
  } catch {
    return refused('config', `The worker ${workerPath} is not there.`, 'Build it: npm run build.');
  }
  const probe = join(runsDir, `.writable-${process.pid}`);
  try {
    await mkdir(runsDir, { recursive: true });
    await writeFile(probe, 'x');
  } catch (error) {
    return refused(
      errorTypeOfSystemError(error),
      `Runs cannot be written to ${runsDir}: ${(error as Error).message}.`,
      'Free space there, or name another place with --runs-dir.',
    );
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }

  const notes: string[] = [];
  if (resources.gpuMode !== 'off') {
    const { adapter, refusal } = await gpu();
    if (refusal !== null)
      return gpuRefused(
        `--gpu-mode ${resources.gpuMode} is not possible here: ${refusal.missing}.`,
        refusal.remedy,
      );
    notes.push(`Jobs compute on ${adapterText(adapter)}, one at a time.`);
  }
  const cores = availableParallelism();
  if (resources.cpus > cores)
    notes.push(
      `A job asks for ${resources.cpus} cores, this machine has ${cores}: one job at a time.`,
    );
  const memoryGb = totalmem() / 2 ** 30;
  if (resources.memoryGb > memoryGb)
    notes.push(
      `A job may use ${resources.memoryGb} GB, this machine has ${memoryGb.toFixed(1)}: a large one may be killed.`,
    );
  return { ok: true, notes };
}

function refused(errorType: ErrorType, error: string, hint: string): Preflight {
  return { ok: false, failure: { stage: 'preflight', errorType, error, traceback: '' }, hint };
}
