import { createHash, randomUUID } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeOnce } from '../artifacts/atomic-write.ts';
import {
  HEARTBEAT_MS,
  type LockHolder,
  readHolder,
  type Standing,
  standingOfHolder,
} from './lock-holder.ts';

/** A lock that this process holds. */
export interface HeldLock {
  /** Whom it was taken from, dead or silent; null where it was free. */
  readonly replaced: LockHolder | 'unreadable' | null;
  holder(): LockHolder;
  /** Shows that this process lives. Written in place, so that a lock taken by another is never touched. */
  beat(now: Date): Promise<void>;
  /** Says more of the holder. */
  amend(change: Partial<Pick<LockHolder, 'epoch' | 'socket'>>): Promise<void>;
  /** Whether the sweep is still this process's. */
  isMine(): Promise<boolean>;
  /** Gives it up. */
  release(): Promise<void>;
}

export type Acquired =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | {
      readonly kind: 'taken';
      readonly holder: LockHolder | 'unreadable';
      readonly standing: Standing;
    };

export interface AcquireOptions {
  /** A person's word that a silent holder on another machine is gone. Default false. */
  readonly takeOver?: boolean;
  /** How long a silent holder is watched before it is believed to be gone. Default 3 heartbeats. */
  readonly watchMs?: number;
  readonly signal?: AbortSignal;
}

/** Always the same length, so that a beat replaces what was there in one write. */
const LOCK_BYTES = 1024;
const TRIES = 50;

/**
 * Takes the lock of a sweep: at most one process has it. It is made by link(2), which one of several wins, also on
 * NFS. A holder that is provably dead is replaced; one on another machine only after its heartbeat has stopped for
 * minutes and by a person's word. Who replaces a holder first takes the right to it, of which there is one for each
 * holder: so two that see the same dead holder cannot replace each other.
 */
export async function acquireLock(
  path: string,
  mine: LockHolder,
  options: AcquireOptions = {},
): Promise<Acquired> {
  await mkdir(dirname(path), { recursive: true });
  for (let tries = 0; ; tries++) {
    options.signal?.throwIfAborted();
    if (await writeOnce(path, lockText(mine)))
      return { kind: 'held', lock: await heldLock(path, mine, null) };
    const holder = await readHolder(path);
    if (holder === null) continue;
    const standing = holder === 'unreadable' ? 'silent' : await standingOfHolder(path, holder);
    const mayReplace =
      standing === 'dead' ||
      (standing === 'silent' && options.takeOver === true && (await hasStopped(path, options)));
    if (mayReplace && (await replace(path, mine)))
      return { kind: 'held', lock: await heldLock(path, mine, holder) };
    if (!mayReplace || tries >= TRIES) return { kind: 'taken', holder, standing };
  }
}

/** Whether the lock stays as it is for some heartbeats: clocks may differ, but a living holder writes. */
async function hasStopped(path: string, { watchMs, signal }: AcquireOptions): Promise<boolean> {
  const before = await readFile(path, 'utf8');
  await delay(watchMs ?? 3 * HEARTBEAT_MS, undefined, signal === undefined ? {} : { signal });
  return (await readFile(path, 'utf8').catch(() => null)) === before;
}

/**
 * Puts this process in the place of a holder that is gone.
 *
 * @returns false where another was quicker
 */
async function replace(path: string, mine: LockHolder): Promise<boolean> {
  const gone = await readFile(path, 'utf8').catch(() => null);
  if (gone === null) return false;
  return withRight(path, gone, mine, async () => {
    const fresh = `${path}.${randomUUID().slice(0, 8)}.new`;
    await writeFile(fresh, lockText(mine), { flush: true });
    await rename(fresh, path);
  });
}

/**
 * Does something with the lock as it stands, by the right that there is once for each of its holders.
 *
 * @param expected - the lock's text; where it has changed since, nothing is done
 * @returns whether it was done
 */
async function withRight(
  path: string,
  expected: string,
  mine: LockHolder,
  act: () => Promise<void>,
): Promise<boolean> {
  const right = `${path}.${createHash('sha256').update(tokenOf(expected)).digest('hex').slice(0, 12)}.right`;
  if (!(await obtain(right, mine))) return false;
  try {
    const now = await readFile(path, 'utf8').catch(() => null);
    if (now === null || tokenOf(now) !== tokenOf(expected)) return false;
    await act();
    return true;
  } finally {
    await rm(right, { force: true });
  }
}

/** Takes a right, also from a process that died with it. */
async function obtain(right: string, mine: LockHolder): Promise<boolean> {
  if (await writeOnce(right, lockText(mine))) return true;
  const holder = await readHolder(right);
  if (holder === null) return obtain(right, mine);
  if (holder === 'unreadable' || (await standingOfHolder(right, holder)) !== 'dead') return false;
  return replace(right, mine);
}

async function heldLock(
  path: string,
  mine: LockHolder,
  replaced: HeldLock['replaced'],
): Promise<HeldLock> {
  let holder = mine;
  const file: FileHandle = await open(path, 'r+');
  const own = await file.stat();
  const write = async () => {
    await file.write(lockText(holder), 0);
  };
  const isMine = async () => {
    const now = await stat(path).catch(() => null);
    return now !== null && now.ino === own.ino && now.dev === own.dev;
  };
  return {
    replaced,
    holder: () => holder,
    async beat(now) {
      holder = { ...holder, heartbeat: now.toISOString() };
      await write();
    },
    async amend(change) {
      holder = { ...holder, ...change };
      await write();
    },
    isMine,
    async release() {
      if (await isMine()) {
        const text = await readFile(path, 'utf8').catch(() => null);
        if (text !== null) await withRight(path, text, holder, () => rm(path, { force: true }));
      }
      await file.close();
    },
  };
}

function lockText(holder: LockHolder): string {
  const text = JSON.stringify(holder);
  return `${text.padEnd(LOCK_BYTES - 1)}\n`;
}

/** What tells one holder from the next; its heartbeat does not. */
function tokenOf(text: string): string {
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    if (typeof token === 'string') return token;
  } catch {
    // Nobody's: the text itself has to do.
  }
  return text;
}
