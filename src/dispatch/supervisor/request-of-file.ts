import { dirname, resolve } from 'node:path';
import { findRun } from '../artifacts/find-run.ts';
import { storeDirOf } from '../artifacts/layout.ts';
import type { Backend } from '../backend.ts';
import type { RunOptions } from '../config/run-options.ts';
import type { ClockLimits } from '../job/clock-limits.ts';
import type { SweepFile } from '../plan/sweep-file.ts';
import type { SweepRequest } from '../scheduler/sweep-request.ts';
import { newestSweepWatch } from './table-copies.ts';

/** The working directory of a sweep: two folders above its own, also where the whole has been moved. */
export function workingDirOf(sweepDir: string): string {
  return dirname(dirname(resolve(sweepDir)));
}

/** What the run loop is told of a sweep: all of it from the sweep's own files. */
export function requestOfFile(sweepDir: string, file: SweepFile, backend: Backend): SweepRequest {
  const cwd = workingDirOf(sweepDir);
  const { options } = file;
  const runsDir = resolve(cwd, file.runsDir);
  return {
    sweepId: file.sweepId,
    jobs: file.jobs,
    backend,
    resources: file.resources,
    retries: {
      maxRetries: options.maxRetries,
      backoff: options.backoff,
      initialDelayS: options.initialDelayS,
    },
    limits: limitsOf(options),
    ...(options.maxConcurrent === null ? {} : { maxConcurrent: options.maxConcurrent }),
    sweepsDir: dirname(resolve(sweepDir)),
    // As the user gave it, for the tables; the loop runs in the working directory.
    runsDir: file.runsDir,
    storeDir: storeDirOf(cwd),
    tableCopiesDir: file.command === 'sweep' ? cwd : null,
    ownsTableCopies: newestSweepWatch(dirname(resolve(sweepDir)), file.sweepId),
    schemaHash: file.schemaHash,
    codeVersion: file.codeVersion,
    noSkip: !options.skip,
    noArtifacts: !options.artifacts,
    ...(options.skip ? { findRun: (job) => findRun(runsDir, job, options.artifacts) } : {}),
  };
}

/** The clocks' limits that the user gave. */
function limitsOf(options: RunOptions): Partial<ClockLimits> {
  const { hangTimeoutS, maxWaitMin, silentTimeoutS, timeoutGiven, timeoutMin } = options;
  const notStartedS = hangTimeoutS ?? (maxWaitMin === null ? null : maxWaitMin * 60);
  return {
    ...(notStartedS === null ? {} : { notStartedS }),
    ...(silentTimeoutS === null ? {} : { firstWordS: silentTimeoutS, heartbeatS: silentTimeoutS }),
    ...(timeoutGiven ? { runningS: timeoutMin * 60 } : {}),
  };
}
