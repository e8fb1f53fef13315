import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Preflight, PreflightRequest } from '../../dispatch/backend.ts';
import { errorTypeOfSystemError } from '../../dispatch/job/failure.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';

const OLDEST_NODE = 24;

/** Whether this machine can take these jobs: an engine for the mode, the worker, its Node, a place for runs. */
export async function preflightLocal(
  { resources }: PreflightRequest,
  workerPath: string,
  runsDir: string,
  nodeVersion: string = process.versions.node,
): Promise<Preflight> {
  if (resources.gpuMode !== 'off')
    return refused(
      'unavailable',
      `--gpu-mode ${resources.gpuMode} is not possible on the local backend: no engine here computes on a GPU.`,
      'Use --gpu-mode off.',
    );
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
