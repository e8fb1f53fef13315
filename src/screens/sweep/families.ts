import type { PlannedJob } from '../../dispatch/journal/events.ts';
import { caretText } from './caret-text.ts';

/** A row of the grid: the jobs of one (problem, seed), a job a sampler column; null where there is none. */
export interface Family {
  readonly problem: string;
  readonly seed: number;
  /** `medium s2`. */
  readonly label: string;
  readonly targetParams: number | null;
  /** Job ids by the sweep's samplers, in their order. */
  readonly jobs: readonly (string | null)[];
}

export interface Families {
  /** Columns: the samplers in the plan's order. */
  readonly samplers: readonly string[];
  readonly families: readonly Family[];
  /** Of each job its place: family index and column. */
  readonly placeOf: ReadonlyMap<string, { readonly family: number; readonly column: number }>;
}

/** The jobs of a plan as rows and columns, both in the plan's order. */
export function familiesOf(jobs: Iterable<PlannedJob>): Families {
  const all = [...jobs];
  const samplers = [...new Set(all.map(samplerName))];
  const columnOf = new Map(samplers.map((sampler, column) => [sampler, column]));
  const rows = new Map<string, { family: Omit<Family, 'jobs'>; jobs: (string | null)[] }>();
  const placeOf = new Map<string, { family: number; column: number }>();
  const rowOf = new Map<string, number>();
  for (const job of all) {
    const { jobId, problem, seed, targetParams } = job;
    const key = `${problem}\0${seed}`;
    let row = rows.get(key);
    if (row === undefined) {
      rowOf.set(key, rows.size);
      row = {
        family: { problem, seed, label: caretText(`${problem} s${seed}`), targetParams },
        jobs: samplers.map(() => null),
      };
      rows.set(key, row);
    }
    const column = columnOf.get(samplerName(job)) as number;
    row.jobs[column] = jobId;
    placeOf.set(jobId, { family: rowOf.get(key) as number, column });
  }
  return {
    samplers,
    families: [...rows.values()].map(({ family, jobs: ids }) => ({ ...family, jobs: ids })),
    placeOf,
  };
}

/** What the study calls it: several entries may be one sampler with other settings. */
export function samplerName({ jobId, problem, seed }: PlannedJob): string {
  return jobId.slice(problem.length + 1, -String(seed).length - 1);
}
