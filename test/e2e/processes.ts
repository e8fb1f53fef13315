import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A supervisor or a worker of a test's own folder, as the process table shows it. */
export interface OwnProcess {
  readonly pid: number;
  /** Tells it from a later one of the same pid. */
  readonly start: string;
  readonly kind: 'supervisor' | 'worker';
  /** Its last argument: the folder of its sweep or of its attempt. */
  readonly dir: string;
}

/** The living processes that have the folder in their command line: none of anybody else. */
export function processesOf(folder: string): OwnProcess[] {
  return readdirSync('/proc').flatMap((name): OwnProcess[] => {
    if (!/^\d+$/.test(name)) return [];
    const words = textOf(`/proc/${name}/cmdline`).split('\0');
    const dir = words.at(-2) ?? '';
    if (!dir.startsWith(`${folder}/`)) return [];
    const start = startOf(Number(name));
    const kind = words.some((word) => word.endsWith('/supervisor.js')) ? 'supervisor' : 'worker';
    return start === null ? [] : [{ pid: Number(name), start, kind, dir }];
  });
}

/** One that has ended and that nobody has fetched yet does not live. */
export function lives({ pid, start }: Pick<OwnProcess, 'pid' | 'start'>): boolean {
  return startOf(pid) === start;
}

/** Kills it at once. Returns whether it lived until then. */
export function killNow(victim: OwnProcess): boolean {
  if (!lives(victim)) return false;
  try {
    process.kill(victim.pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Waits for an end; the test's own limit ends a wait in vain. */
export async function ended(process: Pick<OwnProcess, 'pid' | 'start'>): Promise<void> {
  while (lives(process)) await delay(5);
}

/** Waits until nothing of a folder runs any more. */
export async function allEnded(folder: string): Promise<void> {
  while (processesOf(folder).length > 0) await delay(20);
}

/** When the process began, in the system's unit; null where it does not live. */
function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || /^[ZX]/.test(fields[0]) ? null : (fields[19] ?? null);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
