import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sweepLayout } from '../artifacts/layout.ts';
import { type ExitCode, LlcError } from '../errors.ts';
import { logTail } from '../job/log-tail.ts';
import { type LockHolder, readHolder, type Standing, standingOfHolder } from './lock-holder.ts';
import { workingDirOf } from './request-of-file.ts';

/** How the background process ends, beside the exit codes of errors. */
export const SUPERVISOR_EXIT = { well: 0, taken: 3 } as const;

/**
 * A supervisor makes little garbage and starts many processes, each by a fork whose cost grows with its memory: a small
 * young generation keeps it lean.
 */
export const SUPERVISOR_NODE_FLAGS = ['--max-semi-space-size=1'] as const;

export interface StartOptions {
  /** The program of the background process. */
  readonly entry: string;
  readonly takeOver: boolean;
  readonly signal: AbortSignal;
}

/** The process that runs a sweep now. */
export interface RunningSupervisor {
  readonly holder: LockHolder;
  /** On this machine, so that its death would be seen. */
  readonly isHere: boolean;
  /** This call started it. */
  readonly isNew: boolean;
  /** The one before that this call found dead. */
  readonly died: LockHolder | null;
}

const LOOK_EVERY_MS = 20;
const START_LIMIT_MS = 60_000;
/** One that is killed so often before it has begun has a cause that starting it again does not mend. */
const MOST_STARTS = 3;

/**
 * The supervisor of a sweep: the one that lives, here or on another machine, or one that is started now.
 *
 * @throws LlcError 75 where a holder elsewhere is silent and nobody said to take over, or where none can be started
 */
export async function ensureSupervisor(
  sweepDir: string,
  options: StartOptions,
): Promise<RunningSupervisor> {
  let died: LockHolder | null = null;
  for (let starts = 1; ; starts++) {
    const { lock } = sweepLayout(dirname(sweepDir), basename(sweepDir));
    const found = await currentHolder(lock);
    if (found?.standing === 'dead') died ??= found.holder;
    const running = await runningOrStarted(sweepDir, lock, found, options);
    if (running !== 'gone') return { ...running, died };
    if (starts === MOST_STARTS) throw await cannotStart(sweepDir, 'it was killed', null);
  }
}

type Found = Awaited<ReturnType<typeof currentHolder>>;
type Started = Omit<RunningSupervisor, 'died'> | 'gone';

async function runningOrStarted(
  sweepDir: string,
  lock: string,
  found: Found,
  options: StartOptions,
): Promise<Started> {
  if (found?.standing === 'living' || found?.standing === 'elsewhere')
    return { holder: found.holder, isHere: found.standing === 'living', isNew: false };
  if (found?.standing === 'silent' && !options.takeOver)
    throw silentHolder(basename(sweepDir), found.holder);
  if (found === null && !options.takeOver && (await readHolder(lock)) === 'unreadable')
    throw new LlcError(
      75,
      `The lock ${lock} cannot be read, so nobody knows who runs this sweep.`,
      `If no llc does, take it over: llc attach ${basename(sweepDir)} --take-over`,
    );
  return start(sweepDir, lock, options);
}

/** Who holds a lock, and what is known of it (`standingOfHolder`); null where it is free. */
export async function currentHolder(
  lock: string,
  how: { readonly probe?: boolean } = {},
): Promise<{ readonly holder: LockHolder; readonly standing: Standing } | null> {
  const holder = await readHolder(lock);
  if (holder === null || holder === 'unreadable') return null;
  return { holder, standing: await standingOfHolder(lock, holder, how) };
}

async function start(
  sweepDir: string,
  lock: string,
  { entry, takeOver, signal }: StartOptions,
): Promise<Started> {
  const { child, exitCode } = await spawnDetached(sweepDir, entry, takeOver);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
  try {
    while (!limit.aborted) {
      const found = await currentHolder(lock);
      if (found?.holder.pid === child.pid && found?.standing === 'living')
        return { holder: found.holder, isHere: true, isNew: true };
      // It may have done all there was to do already.
      const code = exitCode();
      if (code !== undefined) return await afterItsEnd(sweepDir, lock, code, child.pid as number);
      await delay(LOOK_EVERY_MS, undefined, { signal: limit }).catch(() => {});
    }
  } finally {
    child.unref();
  }
  signal.throwIfAborted();
  throw await cannotStart(sweepDir, `it has not begun within ${START_LIMIT_MS / 1000} s`, 75);
}

async function afterItsEnd(
  sweepDir: string,
  lock: string,
  code: number | null,
  pid: number,
): Promise<Started> {
  if (code === null) return 'gone';
  const found = await currentHolder(lock);
  if (code === SUPERVISOR_EXIT.taken) {
    // Another was quicker to take the lock, and has died or left since.
    if (found === null || found.standing === 'dead') return 'gone';
    return { holder: found.holder, isHere: found.standing === 'living', isNew: false };
  }
  if (code === SUPERVISOR_EXIT.well)
    return { holder: { ...NOBODY, pid }, isHere: true, isNew: true };
  throw await cannotStart(sweepDir, `it ended with code ${code}`, code);
}

/** Stands for a supervisor that has come and gone. */
const NOBODY: LockHolder = {
  host: '',
  pid: 0,
  started: '',
  heartbeat: '',
  epoch: 0,
  token: '',
  socket: null,
  process: { start: '', boot: '', namespace: '' },
};

/** A process that was started, and the code it ended with: null where it was killed, undefined while it lives. */
interface Spawned {
  readonly child: ChildProcess;
  exitCode(): number | null | undefined;
}

async function spawnDetached(sweepDir: string, entry: string, takeOver: boolean): Promise<Spawned> {
  const { supervisorLog } = sweepLayout(dirname(sweepDir), basename(sweepDir));
  const log = await open(supervisorLog, 'a').catch((error: Error) => {
    throw new LlcError(
      75,
      `Cannot write ${supervisorLog}: ${error.message}.`,
      'Free space there.',
      {
        cause: error,
      },
    );
  });
  try {
    // Its own session: neither the terminal's end nor its keys reach it.
    const args = [...SUPERVISOR_NODE_FLAGS, entry, sweepDir, ...(takeOver ? ['--take-over'] : [])];
    const child = spawn(process.execPath, args, {
      cwd: workingDirOf(sweepDir),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    let code: number | null | undefined;
    // Heard from the first instant: one that is killed at once tells its end only once.
    child.once('exit', (value) => {
      code = value;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return { child, exitCode: () => code };
  } finally {
    await log.close();
  }
}

function silentHolder(sweepId: string, { host, pid, heartbeat }: LockHolder): LlcError {
  const since = new Date(heartbeat).toTimeString().slice(0, 5);
  return new LlcError(
    75,
    `${host} (pid ${pid}) runs ${sweepId}, but its heartbeat stopped at ${since}.`,
    `If ${host} is gone for good, take the sweep over: llc attach ${sweepId} --take-over`,
  );
}

async function cannotStart(sweepDir: string, why: string, code: number | null): Promise<LlcError> {
  const { supervisorLog } = sweepLayout(dirname(sweepDir), basename(sweepDir));
  const tail = await logTail(supervisorLog, 5);
  const exit = ([69, 70, 75, 78] as const).find((known) => known === code) ?? 75;
  return new LlcError(
    exit as ExitCode,
    `The supervisor of ${basename(sweepDir)} did not start: ${why}.${tail === '' ? '' : `\n${tail}`}`,
    `Its log: ${supervisorLog}. Jobs that run go on.`,
  );
}
