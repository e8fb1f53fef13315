import { LlcError } from '../../dispatch/errors.ts';
import type { CommandEnd } from './cluster.ts';

/** A task as squeue shows it. */
export interface QueueRow {
  /** `4711_3`; `4711` for what is left of an array whose waiting tasks were taken out one by one. */
  readonly task: string;
  /** Slurm's word: PENDING, RUNNING, TIMEOUT, … */
  readonly state: string;
  readonly reason: string;
  /** When it started or is thought to, milliseconds since 1970; null where Slurm does not say. */
  readonly start: number | null;
  readonly end: number | null;
  readonly nodes: string;
}

const FORMAT = '%i|%T|%r|%S|%e|%N';

/** Above this number of arrays one question for all of a person's jobs costs the controller less. */
const SINGLE_LIMIT = 20;

/**
 * One command for all. Asked for one number, the controller looks that one up (0.2 ms); for a list of numbers it walks
 * through all jobs of the site (18 ms with 4000 of them), no less than for all of mine (13 ms). Ended jobs are shown for
 * as long as it remembers them, at no further cost.
 */
export function squeueWords(arrays: readonly string[]): readonly string[] {
  const common = ['-h', '-r', '-t', 'all', '-o', FORMAT];
  if (arrays.length === 1) return ['squeue', ...common, '-j', arrays[0] as string];
  if (arrays.length > SINGLE_LIMIT) return ['squeue', ...common, '--me'];
  const script = `for array; do squeue ${common.map((word) => `'${word}'`).join(' ')} -j "$array" || failed=1; done; [ -z "\${failed:-}" ]`;
  return ['sh', '-c', script, 'squeue', ...arrays];
}

/** squeue does not know a job of that number: it was long ago. */
const UNKNOWN_JOB = /invalid job id specified/i;

/**
 * The tasks in squeue's answer, by name.
 *
 * @throws LlcError 75 where it gave none, for any reason but that it has forgotten a job
 */
export function readSqueue({ code, stdout, stderr, timedOut }: CommandEnd): Map<string, QueueRow> {
  const troubles = stderr.split('\n').filter((line) => line !== '' && !UNKNOWN_JOB.test(line));
  if (timedOut || (code !== 0 && (troubles.length > 0 || stderr === '')))
    throw new LlcError(
      75,
      timedOut
        ? 'squeue does not answer.'
        : `squeue fails: ${troubles.join(' ') || `code ${code}`}.`,
      'Jobs go on; Slurm is asked again.',
    );
  const rows = new Map<string, QueueRow>();
  for (const line of stdout.split('\n')) {
    const row = readRow(line);
    if (row !== null) rows.set(row.task, row);
  }
  return rows;
}

function readRow(line: string): QueueRow | null {
  const [task = '', state = '', reason = '', start = '', end = '', nodes = ''] = line.split('|');
  if (!/^\d+(_\d+)?$/.test(task) || state === '') return null;
  return { task, state, reason, start: readTime(start), end: readTime(end), nodes };
}

/** Slurm's time without a zone, asked for in UTC; null for `N/A`, `Unknown` and the like. */
export function readTime(text: string): number | null {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
