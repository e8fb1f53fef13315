import type { CommandEnd } from './cluster.ts';
import { readTime } from './squeue.ts';

/** A start of a task as the accounts show it. */
export interface AccountRow {
  readonly task: string;
  /** Slurm's word, without `by 1000` behind CANCELLED. */
  readonly state: string;
  /** Who cancelled it, a user's number; null where nobody did. */
  readonly by: string | null;
  /** `code:signal`. */
  readonly exit: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly nodes: string;
  readonly reason: string;
  /** Seconds that it ran. */
  readonly elapsedS: number;
}

const FIELDS = 'JobID,State,ExitCode,Start,End,NodeList,Reason,ElapsedRaw';

/** All starts of these arrays' tasks that the accounts know, `-D` also those before a requeue. */
export function sacctWords(arrays: readonly string[], since: number): readonly string[] {
  const hours = Math.max(1, Math.ceil((Date.now() - since) / 3_600_000) + 1);
  return ['sacct', ...COMMON, '-S', `now-${hours}hours`, '-o', FIELDS, '-j', arrays.join(',')];
}

const COMMON = ['-n', '-P', '-X', '-D'];

/** By task, and by array for tasks that never started, in order of their starts; null where there are no accounts, or they do not answer. */
export function readSacct({
  code,
  stdout,
  timedOut,
}: CommandEnd): ReadonlyMap<string, readonly AccountRow[]> | null {
  if (timedOut || code !== 0) return null;
  const rows = new Map<string, AccountRow[]>();
  for (const line of stdout.split('\n')) {
    const [task = '', words = '', exit = '', start = '', end = '', nodes = '', reason = '', raw] =
      line.split('|');
    // Tasks that never started share a row: `4711_[3-9]`, or `4711`.
    const name = /^\d+(_\d+)?(?=$|_\[)/.exec(task)?.[0];
    if (name === undefined) continue;
    const [state = '', , by = null] = words.split(' ');
    const row: AccountRow = {
      task: name,
      state: state.replace(/\+$/, ''),
      by,
      exit,
      start: readTime(start),
      end: readTime(end),
      nodes: nodes === 'None assigned' ? '' : nodes,
      reason: reason === 'None' ? '' : reason,
      elapsedS: Number(raw) || 0,
    };
    rows.set(name, [...(rows.get(name) ?? []), row]);
  }
  return rows;
}

/** Asks for jobs of a name. */
export function sacctNameWords(name: string, hours: number): readonly string[] {
  return ['sacct', ...COMMON, '-S', `now-${hours}hours`, `--name=${name}`, '-o', 'JobID'];
}

/** The number of the array of that name; null where the accounts know none, or there are none. */
export function readSacctNames({ code, stdout }: CommandEnd): string | null {
  return code === 0 ? (/^(\d+)/m.exec(stdout)?.[1] ?? null) : null;
}
