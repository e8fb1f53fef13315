import { execFile } from 'node:child_process';
import { GPU_QUESTION, type GpuReport, readGpuReport } from '../../dispatch/gpu/gpu-report.ts';
import { workerEnvironment } from './worker-environment.ts';

/** A driver that has to wake its GPU takes seconds. */
const LIMIT_MS = 60_000;

/**
 * Which GPU a job of this machine would compute on. A worker is asked, in a process of its own: drivers have been seen
 * to take the process with them.
 */
export function gpuOfHere(workerPath: string, signal: AbortSignal): Promise<GpuReport> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [workerPath, GPU_QUESTION],
      { env: workerEnvironment(process.env), signal, timeout: LIMIT_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (signal.aborted) return reject(signal.reason);
        resolve(readGpuReport({ stdout, stderr, end: endOf(error) }));
      },
    );
  });
}

function endOf(error: (Error & { killed?: boolean; signal?: unknown; code?: unknown }) | null) {
  if (error === null) return 'no word';
  if (error.killed) return `no answer in ${LIMIT_MS / 1000} s`;
  return error.signal ? String(error.signal) : `exit code ${error.code}`;
}
