import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A pid alone may belong to somebody else tomorrow; with its start time, and the boot, it may not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the system's own unit; empty where it could not be read. */
  readonly start: string;
  /** Names the boot; empty where the system has no name for it. */
  readonly boot: string;
}

export interface ProcessStanding {
  readonly alive: boolean;
  /** Resident memory, bytes; null where it is not known. */
  readonly memoryBytes: number | null;
}

const PAGE_BYTES = 4096;
const GONE: ProcessStanding = { alive: false, memoryBytes: null };
const run = promisify(execFile);
let boot: string | null = null;

/** Reads what tells this process from a later one of the same pid. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  const seen = await look(pid);
  return { pid, start: seen?.start ?? '', boot: bootId() };
}

/** Whether this very process still runs. One that has ended and waits for its parent does not. */
export async function standingOf(process: ProcessIdentity): Promise<ProcessStanding> {
  if (process.start === '' || process.boot !== bootId()) return GONE;
  const seen = await look(process.pid);
  if (seen === null || seen.start !== process.start || seen.ended) return GONE;
  return { alive: true, memoryBytes: seen.memoryBytes };
}

/** Names this boot of the machine; empty where the system does not. */
export function bootId(): string {
  // Stays the same for as long as this process lives.
  boot ??= readSystemFile('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

/** The process whose last argument this is, if the system shows arguments; null if there is none. */
export async function findByLastArgument(argument: string): Promise<ProcessIdentity | null> {
  const pids = await readdir('/proc').catch(() => []);
  for (const pid of pids) {
    if (!/^\d+$/.test(pid)) continue;
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.endsWith(`\0${argument}\0`)) return identityOf(Number(pid));
  }
  return null;
}

/** Whether the working directory of the process is this one; null where the system does not show it. */
export async function worksIn(pid: number, dir: string): Promise<boolean | null> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dir));
  } catch {
    return null;
  }
}

async function look(
  pid: number,
): Promise<{ start: string; ended: boolean; memoryBytes: number | null } | null> {
  if (process.platform !== 'linux') return lookWithPs(pid);
  const text = readSystemFile(`/proc/${pid}/stat`, ['ENOENT', 'ESRCH']);
  if (text === null) return null;
  // The name in parentheses may hold anything, so fields are counted behind its end; the first is field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    start: fields[19] ?? '',
    // A killed process has ended only when its last thread has: one in the system may still finish a rename.
    ended: (fields[0] === 'Z' || fields[0] === 'X') && Number(fields[17]) <= 1,
    memoryBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

/**
 * At once, since the kernel answers from memory: a tenth of what waiting for a thread costs.
 *
 * @param absences - errors that mean that there is nothing to read; any other is thrown, since who cannot look (too many
 *   open files) cannot say that a process is gone. Default: all do.
 */
function readSystemFile(path: string, absences?: readonly string[]): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (absences !== undefined && !absences.includes(code)) throw error;
    return null;
  }
}

async function lookWithPs(pid: number) {
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=,stat=,rss=', '-p', String(pid)]);
    const words = stdout.trim().split(/\s+/);
    if (words.length < 7) return null;
    return {
      start: words.slice(0, 5).join(' '),
      ended: words[5]?.startsWith('Z') ?? false,
      memoryBytes: Number(words[6]) * 1024,
    };
  } catch {
    return null;
  }
}
