import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { Attempt, JobHandle, Submission } from '../../dispatch/backend.ts';
import { errorTypeOfSystemError } from '../../dispatch/job/failure.ts';
import {
  findByLastArgument,
  identityOf,
  type ProcessIdentity,
} from '../../dispatch/process-identity.ts';
import { adopted, type LocalWorker, type LocalWorkers, signalGroup } from './local-worker.ts';
import { oomKills } from './oom-kills.ts';
import { workerEnvironment } from './worker-environment.ts';

/**
 * Starts the worker of one attempt in a process group of its own, its output straight into files, so that
 * it needs nobody to live on. An attempt that was started before is found again instead.
 */
export async function submitAttempt(
  attempt: Attempt,
  workerPath: string,
  workers: LocalWorkers,
  onExit: () => void,
): Promise<Submission> {
  try {
    const known = await startedBefore(attempt);
    if (known !== null) return { kind: 'submitted', handle: known };
    return { kind: 'submitted', handle: await start(attempt, workerPath, workers, onExit) };
  } catch (error) {
    return {
      kind: 'refused',
      jobId: attempt.job.jobId,
      failure: {
        stage: 'start',
        errorType: errorTypeOfSystemError(error),
        error: `Cannot start the worker of ${attempt.job.jobId}: ${(error as Error).message}. Folder: ${attempt.dir}.`,
        traceback: '',
      },
    };
  }
}

async function start(
  attempt: Attempt,
  workerPath: string,
  workers: LocalWorkers,
  onExit: () => void,
): Promise<JobHandle> {
  const files = attemptLayout(attempt.dir);
  await mkdir(attempt.dir, { recursive: true });
  const oomKillsBefore = await oomKills();
  const logs: FileHandle[] = [];
  let child: ChildProcess;
  try {
    for (const path of [files.stdout, files.stderr]) logs.push(await open(path, 'a'));
    child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${Math.max(64, Math.floor(1024 * attempt.resources.memoryGb))}`,
        workerPath,
        attempt.dir,
      ],
      {
        cwd: attempt.dir,
        detached: true,
        env: workerEnvironment(process.env),
        stdio: ['ignore', (logs[0] as FileHandle).fd, (logs[1] as FileHandle).fd],
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
  } finally {
    for (const log of logs) await log.close();
  }

  const worker = remember(attempt, child, oomKillsBefore, onExit);
  workers.set(attempt.dir, worker);
  const pid = child.pid as number;
  const handle = handleOf(attempt, await identityOf(pid), Date.now());
  try {
    await writeWhole(files.handle, JSON.stringify(handle));
  } catch (error) {
    // Nobody could find it again.
    signalGroup(pid, 'SIGKILL');
    workers.delete(attempt.dir);
    throw error;
  }
  return handle;
}

function remember(
  attempt: Attempt,
  child: ChildProcess,
  oomKillsBefore: number | null,
  onExit: () => void,
): LocalWorker {
  const end = Promise.withResolvers<void>();
  const worker: LocalWorker = {
    ...adopted(),
    child,
    ended: end.promise,
    oomKillsBefore,
    memoryGb: attempt.resources.memoryGb,
  };
  const ends = (code: number | null, signal: NodeJS.Signals | null) => {
    worker.exit = { code, signal };
    end.resolve();
    onExit();
  };
  if (child.exitCode !== null || child.signalCode !== null) ends(child.exitCode, child.signalCode);
  else child.once('exit', ends);
  return worker;
}

/** The handle of a worker that an interrupted hand-over has left behind, if there is one. */
async function startedBefore(attempt: Attempt): Promise<JobHandle | null> {
  const files = attemptLayout(attempt.dir);
  try {
    const handle = JSON.parse(await readFile(files.handle, 'utf8')) as JobHandle;
    if (handle.owner === attempt.owner) return handle;
  } catch {
    // Not written yet: the logs, opened before the start, tell whether there may be one all the same.
  }
  const mayHaveStarted = await stat(files.stderr).then(
    () => true,
    () => false,
  );
  if (!mayHaveStarted) return null;
  const found = await findByLastArgument(attempt.dir);
  if (found === null) {
    const hasEnded = await stat(files.result).then(
      () => true,
      () => false,
    );
    return hasEnded ? handleOf(attempt, { pid: 0, start: '', boot: '' }, Date.now()) : null;
  }
  return handleOf(attempt, found, Date.now());
}

function handleOf(attempt: Attempt, identity: ProcessIdentity, startedAt: number): JobHandle {
  return {
    jobId: attempt.job.jobId,
    attempt: attempt.attempt,
    owner: attempt.owner,
    id: String(identity.pid),
    data: { ...identity, host: hostname(), dir: attempt.dir, startedAt },
  };
}
