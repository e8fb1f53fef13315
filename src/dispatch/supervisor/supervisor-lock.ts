import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeOnce, writeWhole } from '../artifacts/atomic-write.ts';
import {
  HEARTBEAT_MS,
  type LockHolder,
  parseHolder,
  readLockText,
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
const RIGHT = /\.[0-9a-f]{12}\.right$/;

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
    if (await writeOnce(path, lockText(mine))) {
      const lock = await heldLock(path, mine, null);
      if (lock !== null) return { kind: 'held', lock };
    }
    const text = await readLockText(path);
    if (text === null) continue;
    const { holder, standing, isGone } = await judge(path, text, options);
    if (isGone && (await replace(path, text, mine, options))) {
      const lock = await heldLock(path, mine, holder);
      if (lock !== null) return { kind: 'held', lock };
    }
    if (!isGone || tries >= TRIES) return { kind: 'taken', holder, standing };
  }
}

/** What is known of whoever wrote this text, and whether another may take their place. */
async function judge(
  path: string,
  text: string,
  options: AcquireOptions,
): Promise<{ holder: LockHolder | 'unreadable'; standing: Standing; isGone: boolean }> {
  const holder = parseHolder(text);
  const standing = holder === 'unreadable' ? 'silent' : await standingOfHolder(path, holder);
  const isGone =
    standing === 'dead' ||
    (standing === 'silent' &&
      options.takeOver === true &&
      (await staysAsItIs(path, text, options)));
  return { holder, standing, isGone };
}

/** Whether nothing changes for some heartbeats: clocks may differ, but a living holder writes. */
async function staysAsItIs(
  path: string,
  text: string,
  { watchMs, signal }: AcquireOptions,
): Promise<boolean> {
  await delay(watchMs ?? 3 * HEARTBEAT_MS, undefined, signal === undefined ? {} : { signal });
  return (await readLockText(path)) === text;
}

/**
 * Puts this process in the place of a holder that is gone.
 *
 * @param gone - the text that was judged: another that stands there now may be that of a living one
 * @returns false where another was quicker
 */
async function replace(
  path: string,
  gone: string,
  mine: LockHolder,
  options: AcquireOptions,
): Promise<boolean> {
  return withRight(path, tokenOf(gone), mine, options, async () => {
    if ((await readLockText(path)) !== gone) return false;
    await writeWhole(path, lockText(mine));
    return true;
  });
}

/**
 * Does something with the lock by the right that there is once for each of its holders.
 *
 * @param act - looks whether the lock is still that holder's, and tells whether anything was done
 * @returns false where the right is another's
 */
async function withRight(
  path: string,
  token: string,
  mine: LockHolder,
  options: AcquireOptions,
  act: () => Promise<boolean>,
): Promise<boolean> {
  const right = rightTo(path, token);
  if (!(await obtain(right, mine, options))) return false;
  try {
    return await act();
  } finally {
    await rm(right, { force: true });
  }
}

/** Takes a right, also from a process that died with it. */
async function obtain(right: string, mine: LockHolder, options: AcquireOptions): Promise<boolean> {
  if (await writeOnce(right, lockText(mine))) return true;
  const text = await readLockText(right);
  if (text === null) return obtain(right, mine, options);
  return (await judge(right, text, options)).isGone && replace(right, text, mine, options);
}

/** The file of a right: to a lock, or to the right of one that died with it. Always of the same length. */
function rightTo(path: string, token: string): string {
  const digest = createHash('sha256')
    .update(`${basename(path)} ${token}`)
    .digest('hex');
  return `${path.replace(RIGHT, '')}.${digest.slice(0, 12)}.right`;
}

/** @returns null where another has taken it already */
async function heldLock(
  path: string,
  mine: LockHolder,
  replaced: HeldLock['replaced'],
): Promise<HeldLock | null> {
  let holder = mine;
  let last: Promise<unknown> = Promise.resolve();
  const file: FileHandle = await open(path, 'r+');
  // Whole numbers of 64 bits: those of large file systems differ only behind what a double can tell.
  const own = await file.stat({ bigint: true });

  /** One after another: an older text must not end up on top. Forced out, since NFS would keep it from others. */
  const write = () => {
    const written = last.then(async () => {
      await file.write(lockText(holder), 0);
      await file.datasync();
    });
    last = written.catch(() => {});
    return written;
  };
  const isMine = async () => {
    // Opened and not only looked up: for that, NFS asks the server.
    const there = await open(path, 'r').catch(() => null);
    if (there === null) return false;
    try {
      const now = await there.stat({ bigint: true });
      const named = parseHolder(await there.readFile('utf8'));
      const isNamed = named === 'unreadable' || named.token === mine.token;
      return isNamed && now.ino === own.ino && now.dev === own.dev;
    } finally {
      await there.close();
    }
  };
  if (!(await isMine())) {
    await file.close();
    return null;
  }
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
      await last;
      try {
        if (await isMine())
          await withRight(path, mine.token, holder, {}, async () => {
            if (!(await isMine())) return false;
            await rm(path, { force: true });
            return true;
          });
      } catch {
        // A full disc has no room for the right. The lock of a process that has ended is found to be so.
      } finally {
        await file.close();
      }
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
    if (typeof token === 'string' && token !== '') return token;
  } catch {
    // Nobody's: the text itself has to do.
  }
  return text;
}
