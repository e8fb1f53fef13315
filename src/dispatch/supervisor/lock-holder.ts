import { randomUUID } from 'node:crypto';
import { readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { bootId, identityOf, standingOf } from '../process-identity.ts';

const shape = z.object({
  host: z.string(),
  pid: z.number().int().positive(),
  /** When the holder began, ISO. */
  started: z.string(),
  /** When it last showed that it lives, ISO, by its own clock. */
  heartbeat: z.string(),
  /** Grows with each process that takes the sweep over; that of the events it writes. */
  epoch: z.number().int(),
  /** Random, so that one holder is told from the next. */
  token: z.string().default(''),
  /** Where it listens; null where it does not. */
  socket: z.string().nullable().default(null),
  /** What tells the process from a later one of the same pid; empty where the system does not say. */
  process: z
    .object({ start: z.string(), boot: z.string(), namespace: z.string() })
    .default({ start: '', boot: '', namespace: '' }),
});

/** What `supervisor.lock` says of the process that holds it. */
export type LockHolder = Readonly<z.infer<typeof shape>>;

/** What is known of a holder from here. */
export type Standing =
  | 'living'
  /** Proven: its process is gone from this machine. */
  | 'dead'
  /** On another machine, and its heart beats. */
  | 'elsewhere'
  /** On another machine, and its heartbeat has stopped. */
  | 'silent';

/** How often a holder shows that it lives. */
export const HEARTBEAT_MS = 5000;
/** A holder elsewhere that has shown nothing for so long may be taken for dead, by a person's word. */
const SILENT_MS = 180_000;
/** One of an earlier boot that has shown nothing for so long was ended by the restart. */
const RESTARTED_MS = 6 * HEARTBEAT_MS;
const READ_TRIES = 3;
const READ_AGAIN_MS = 20;

/** This process, as a holder. */
export async function ownHolder(
  epoch: number,
  socket: string | null,
  now: Date,
): Promise<LockHolder> {
  const { start, boot } = await identityOf(process.pid);
  return {
    host: hostname(),
    pid: process.pid,
    started: now.toISOString(),
    heartbeat: now.toISOString(),
    epoch,
    token: randomUUID(),
    socket,
    process: { start, boot, namespace: await pidNamespace() },
  };
}

/** Who holds the lock; null where nobody does, `unreadable` where it cannot be told. */
export async function readHolder(path: string): Promise<LockHolder | 'unreadable' | null> {
  const text = await readLockText(path);
  return text === null ? null : parseHolder(text);
}

/** A lock's text; null where there is none. */
export async function readLockText(path: string): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    // Its holder writes in place and may have been halfway through.
    if (tries === READ_TRIES || parseHolder(text) !== 'unreadable') return text;
    await delay(READ_AGAIN_MS);
  }
}

/** Whom a lock's text names. */
export function parseHolder(text: string): LockHolder | 'unreadable' {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/**
 * Whether the holder lives. Only a process of this very machine can be proven dead.
 *
 * @param how.probe - whether a file may be written beside the lock to learn the time there; false where nothing may be
 *   written. Default true.
 */
export async function standingOfHolder(
  path: string,
  holder: LockHolder,
  how: { readonly probe?: boolean } = {},
): Promise<Standing> {
  const { start, boot, namespace } = holder.process;
  const isHere =
    holder.host === hostname() && (namespace === '' || namespace === (await pidNamespace()));
  if (isHere && (boot === '' || boot === (await bootId()))) {
    const lives =
      start === ''
        ? exists(holder.pid)
        : (await standingOf({ pid: holder.pid, start, boot: await bootId() })).alive;
    return lives ? 'living' : 'dead';
  }
  const ages = await silenceMs(path, holder, how.probe ?? true);
  // The same machine after a restart, or another that bears the same name: that one would show that it lives, by one
  // clock at least.
  if (isHere) return Math.min(...ages) >= RESTARTED_MS ? 'dead' : 'elsewhere';
  // By either clock: only a reason to look closer.
  return Math.max(...ages) >= SILENT_MS ? 'silent' : 'elsewhere';
}

/** Whether any process has the pid: all that can be asked where its start is not known. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * For how long a holder has shown nothing, milliseconds: its own word compared with this machine's clock, and the
 * file's time with that of a file written now, which the same server stamps.
 */
async function silenceMs(
  path: string,
  { heartbeat }: LockHolder,
  mayProbe: boolean,
): Promise<readonly number[]> {
  const told = Date.now() - (Date.parse(heartbeat) || 0);
  if (!mayProbe) return [told];
  const probe = `${path}.${randomUUID().slice(0, 8)}.now`;
  try {
    await writeFile(probe, '');
    const [now, then] = await Promise.all([stat(probe), stat(path)]);
    return [told, now.mtimeMs - then.mtimeMs];
  } catch {
    return [told];
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

/** Processes of one machine do not see each other across pid namespaces (containers). */
async function pidNamespace(): Promise<string> {
  return readlink('/proc/self/ns/pid').catch(() => '');
}
