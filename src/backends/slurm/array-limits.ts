import type { CommandEnd } from './cluster.ts';

/** The most tasks of an array where the site does not say: Slurm's own default. */
const USUAL_TASKS = 1001;

/** The most tasks that one array may have, from `scontrol show config`. */
export function readMaxArraySize({ code, stdout }: Pick<CommandEnd, 'code' | 'stdout'>): number {
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1]);
  // Task numbers from 0 are below that number.
  return code === 0 && size >= 1 ? size : USUAL_TASKS;
}

/** How many tasks these arrays may run at once, none more than it has left. */
export function claimedBy(
  living: readonly { readonly array: string; readonly atOnce: number | null }[],
): number {
  const arrays = new Map<string, { left: number; atOnce: number }>();
  for (const { array, atOnce } of living) {
    const left = (arrays.get(array)?.left ?? 0) + 1;
    arrays.set(array, { left, atOnce: atOnce ?? Number.POSITIVE_INFINITY });
  }
  return [...arrays.values()].reduce((sum, { left, atOnce }) => sum + Math.min(left, atOnce), 0);
}

/** Parts of at most so many. */
export function chunks<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: T[][] = [];
  for (let i = 0; i < values.length; i += size) parts.push(values.slice(i, i + size));
  return parts;
}

/**
 * How many tasks of a new array may run at once, so that all arrays together keep a person's limit. Arrays that are under
 * way keep theirs; at least one task of each may run, or it would never end.
 *
 * @param limit - null for none
 * @param claimed - what living arrays may run at once
 * @param tasks - of this array
 * @param left - tasks of this call in arrays that are still to come, this one's included
 */
export function atOnceOf(
  limit: number | null,
  claimed: number,
  tasks: number,
  left: number,
): number | null {
  if (limit === null) return null;
  const free = Math.max(1, limit - claimed);
  return Math.max(1, Math.min(tasks, Math.round((free * tasks) / left)));
}

/** Tasks as Slurm's commands take many at once: `4711_[0-3,7]` an array. */
export function tasksOfArrays(
  tasks: readonly { readonly array: string; readonly task: number }[],
): readonly string[] {
  const arrays = new Map<string, number[]>();
  for (const { array, task } of tasks) arrays.set(array, [...(arrays.get(array) ?? []), task]);
  return [...arrays].map(([array, numbers]) => `${array}_[${ranges(numbers)}]`);
}

function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of [...new Set(numbers)].toSorted((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',');
}
