import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { Attempt, JobHandle, Submission } from '../../dispatch/backend.ts';
import { errorTypeOfSystemError } from '../../dispatch/job/failure.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';
import { identityOf } from '../../dispatch/process-identity.ts';
import { type LocalWorkers, workerOf } from './local-worker.ts';
import { oomCounter, oomKills } from './oom-kills.ts';
import { startedBefore } from './started-before.ts';
import { handleOf } from './worker-place.ts';

/** What is the same for all workers of a backend. */
export interface WorkerProgram {
  readonly path: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Told at each worker's end. */
  readonly onExit: () => void;
}

/** A pipe in the place of a log must not hold us up. */
const LOG_FLAGS =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_APPEND |
  constants.O_NONBLOCK |
  constants.O_NOFOLLOW;

/** Starts attempts one after the other; what is left when it is aborted is not started. */
export async function submitAttempts(
  attempts: readonly Attempt[],
  program: WorkerProgram,
  workers: LocalWorkers,
  signal: AbortSignal,
): Promise<readonly Submission[]> {
  const submissions: Submission[] = [];
  for (const attempt of attempts) {
    // Starting a process stops everything else for a moment; between two others get their turn.
    if (submissions.length > 0) await nextTurn();
    submissions.push(await submitAttempt(attempt, program, workers, signal));
  }
  return submissions;
}

/**
 * Starts the worker of one attempt in a process group of its own, its output straight into files, so that
 * it needs nobody to live on. An attempt that was started before is found again instead; should that miss
 * a worker that has not spoken yet, the one of the two that says hello first goes on and the other leaves.
 */
async function submitAttempt(
  attempt: Attempt,
  program: WorkerProgram,
  workers: LocalWorkers,
  signal: AbortSignal,
): Promise<Submission> {
  const { jobId } = attempt.job;
  try {
    const known = await startedBefore(attempt, workers);
    if (known === null && signal.aborted)
      return refused(
        jobId,
        'unavailable',
        `The worker of ${jobId} was not started: it was called off.`,
      );
    return { kind: 'submitted', handle: known ?? (await start(attempt, program, workers)) };
  } catch (error) {
    const { message } = error as Error;
    return refused(
      jobId,
      errorTypeOfSystemError(error),
      `Cannot start the worker of ${jobId}: ${message}. Folder: ${attempt.dir}.`,
    );
  }
}

function refused(jobId: string, errorType: ErrorType, error: string): Submission {
  return { kind: 'refused', jobId, failure: { stage: 'start', errorType, error, traceback: '' } };
}

/** Writes nothing down: the journal keeps the handle, and until it does the worker's own files tell. */
async function start(
  attempt: Attempt,
  program: WorkerProgram,
  workers: LocalWorkers,
): Promise<JobHandle> {
  const { stdout, stderr } = attemptLayout(attempt.dir);
  const { memoryGb } = attempt.resources;
  const counter = oomCounter();
  const kills = oomKills(counter);
  const logs: number[] = [];
  try {
    // At once, as starting a process is.
    for (const path of [stdout, stderr]) logs.push(openSync(path, LOG_FLAGS, 0o666));
    const heapMb = Math.max(64, Math.floor(1024 * memoryGb));
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${heapMb}`, program.path, attempt.dir],
      {
        cwd: attempt.dir,
        detached: true,
        env: program.environment,
        stdio: ['ignore', ...logs],
      },
    );
    const { pid } = child;
    if (pid === undefined) {
      // Rejects with the reason.
      await once(child, 'spawn');
      throw new Error('no process was started');
    }
    const startedAt = Date.now();
    const identity = { ...(await identityOf(pid)), host: hostname() };
    const handle = handleOf(attempt, identity, startedAt, {
      memoryGb,
      oomCounter: counter,
      oomKills: kills,
    });
    const worker = workerOf(workers, handle, child);
    const ends = (code: number | null, signal: NodeJS.Signals | null) => {
      worker.exit = { code, signal };
      worker.child = null;
      program.onExit();
    };
    const { exitCode, signalCode } = child;
    if (exitCode !== null || signalCode !== null) ends(exitCode, signalCode);
    else child.once('exit', ends);
    worker.seen = { kind: 'starting', on: worker.place.host, since: startedAt };
    worker.lookedAt = performance.now();
    return handle;
  } finally {
    for (const log of logs) closeSync(log);
  }
}
