import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import { fieldOf, valueText } from '../../dispatch/config/fields.ts';
import type { Config, FieldName } from '../../dispatch/config/schema.ts';

export type Cell = string | number | boolean | null;

/** A column of one kind; null where a job has no value. */
export interface Column {
  readonly name: string;
  readonly kind: 'int' | 'float' | 'bool' | 'text';
  readonly cells: readonly Cell[];
}

/** What of results.csv is text and what counts; all others are numbers. */
const TEXTS = new Set(
  'sweep,problem,family_id,activation,sampler,run_dir,run_id,backend,gpu_mode,verdict'.split(','),
);
const COUNTS = new Set(['target_params', 'depth', 'seed', 'attempts']);

/**
 * The columns of results.csv with their types, and after them the id of the job and every field of the configuration that is not the
 * same in all of them. A field of a name that results.csv has is not repeated.
 *
 * @param results text of results.csv.
 * @param jobs those of its rows, in the same order.
 */
export function joinedTable(
  results: string,
  jobs: readonly { readonly jobId: string; readonly config: Config }[],
): Column[] {
  const [names = [], ...rows] = parse(results) as string[][];
  const ofResults = names.map((name, at) => resultColumn(name, rows, at));
  const differing = (Object.keys(jobs[0]?.config ?? {}) as FieldName[]).filter(
    (name) =>
      !names.includes(name) &&
      jobs.some(({ config }) => !isDeepStrictEqual(config[name], jobs[0].config[name])),
  );
  return [
    ...ofResults,
    { name: 'job_id', kind: 'text', cells: jobs.map(({ jobId }) => jobId) },
    ...differing.map((name) =>
      fieldColumn(
        name,
        jobs.map(({ config }) => config[name]),
      ),
    ),
  ];
}

function resultColumn(name: string, rows: readonly string[][], at: number): Column {
  const kind = TEXTS.has(name) ? 'text' : COUNTS.has(name) ? 'int' : 'float';
  const cellOf = (text: string) => (text === '' ? null : kind === 'text' ? text : Number(text));
  return { name, kind, cells: rows.map((row) => cellOf(row[at])) };
}

/** A number field that is a word in some job (`auto`) is text in all. */
function fieldColumn(name: FieldName, values: readonly Config[FieldName][]): Column {
  const given = values.filter((value) => value !== null);
  if (given.every((value) => typeof value === 'boolean'))
    return { name, kind: 'bool', cells: values as boolean[] };
  if (given.every((value) => typeof value === 'number'))
    return {
      name,
      kind: fieldOf(name)?.kind === 'int' ? 'int' : 'float',
      cells: values as (number | null)[],
    };
  return {
    name,
    kind: 'text',
    cells: values.map((value) => (value === null ? null : valueText(value))),
  };
}
