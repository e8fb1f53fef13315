import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { writeOnce } from '../artifacts/atomic-write.ts';

/** A held lock. */
export interface StoreLock {
  release(): Promise<void>;
}

/** What a waiting process knows of the holder: the lock's text, and since when nothing has changed. */
export interface LockWatch {
  text: string;
  touched: number;
  /** `performance.now()` at the last change that was seen. */
  since: number;
}

const HEARTBEAT_MS = 5_000;

/** Takes the lock if nobody holds it; while held, its modification time shows that the holder lives. */
export async function takeLock(path: string): Promise<StoreLock | null> {
  const text = `${JSON.stringify({ host: hostname(), pid: process.pid, token: randomUUID() })}\n`;
  if (!(await writeOnce(path, text))) return null;
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      // Taken over by somebody who believed this process dead: then it is no longer ours to remove.
      if ((await readText(path)) === text) await rm(path, { force: true });
    },
  };
}

/**
 * Removes the lock of a holder that is gone: a process of this host that does not exist, or anyone whose
 * heartbeat this process has not seen for `staleMs` of its own clock, since clocks of hosts differ.
 *
 * @param watch - what the last call returned; null at the first.
 * @returns what to give to the next call; null when there is no lock any more.
 */
export async function watchLock(
  path: string,
  watch: LockWatch | null,
  staleMs: number,
): Promise<LockWatch | null> {
  const [text, touched] = await Promise.all([readText(path), modified(path)]);
  if (text === null || touched === null) return null;
  const now = performance.now();
  const unchanged = watch !== null && watch.text === text && watch.touched === touched;
  const since = unchanged ? watch.since : now;
  if (!holderIsGone(text) && now - since < staleMs) return { text, touched, since };

  const aside = `${path}.${randomUUID().slice(0, 8)}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // Between look and rename another may have broken it and taken it anew: give that one back.
  if ((await readText(aside)) !== text) await rename(aside, path);
  else await rm(aside, { force: true });
  return null;
}

function holderIsGone(text: string): boolean {
  let holder: { host?: unknown; pid?: unknown };
  try {
    holder = JSON.parse(text);
  } catch {
    return false;
  }
  if (holder.host !== hostname() || typeof holder.pid !== 'number') return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function readText(path: string): Promise<string | null> {
  return orNull(readFile(path, 'utf8'));
}

async function modified(path: string): Promise<number | null> {
  return orNull(stat(path).then(({ mtimeMs }) => mtimeMs));
}

function orNull<T>(value: Promise<T>): Promise<T | null> {
  return value.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
