import { parse } from 'csv-parse/sync';
import type { SamplerName } from '../../compute/settings.ts';
import { nearestName } from '../../dispatch/config/nearest-name.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { SAMPLERS } from '../../dispatch/plan/matrix.ts';

/** A finished job as results.csv tells it. Numbers that are missing are NaN. */
export interface ResultRow {
  readonly sampler: SamplerName;
  /** Jobs on the same data and weights have the same. */
  readonly family: string;
  readonly problem: string;
  readonly seed: string;
  readonly llcMean: number;
  readonly llcSe: number;
  readonly ess: number;
  /** Seconds. */
  readonly samplingTime: number;
  readonly wnvTime: number;
  readonly wnvFde: number;
  /** Empty where the table has none, as the Python original's. */
  readonly verdict: string;
  /** All cells by their column. */
  readonly cells: Readonly<Record<string, string>>;
}

export interface ResultsTable {
  readonly columns: readonly string[];
  readonly rows: readonly ResultRow[];
  /** Rows of samplers that are not known here, by name. */
  readonly unknown: readonly string[];
}

/** Without these a table is none of a sweep's. */
const NEEDED = ['sampler', 'llc_mean', 'llc_se'];

/**
 * Reads results.csv, of this program or of the Python original (whose sixteen columns come first in ours).
 *
 * @param name how messages call the file.
 * @throws LlcError where the text is no such table.
 */
export function readResults(text: string, name: string): ResultsTable {
  let records: Record<string, string>[];
  try {
    records = parse(text, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new LlcError(1, `${name} is no table: ${(error as Error).message}`);
  }
  const columns = Object.keys(records[0] ?? {});
  if (records.length === 0) throw new LlcError(1, `${name} has no finished job.`, 'llc status');
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0)
    throw new LlcError(1, `${name} has no column ${missing.join(', ')}: it is no results.csv.`);
  const isKnown = ({ sampler }: Record<string, string>) =>
    (SAMPLERS as readonly string[]).includes(sampler ?? '');
  const unknown = records.filter((record) => !isKnown(record)).map(({ sampler = '' }) => sampler);
  return {
    columns,
    rows: records.filter(isKnown).map(rowOf),
    unknown: [...new Set(unknown)],
  };
}

function rowOf(cells: Record<string, string>): ResultRow {
  const text = (column: string) => cells[column] ?? '';
  const problem = text('problem');
  const seed = text('seed');
  return {
    sampler: text('sampler') as SamplerName,
    family: text('family_id') || `${problem} ${seed}`,
    problem,
    seed,
    llcMean: numberIn(text('llc_mean')),
    llcSe: numberIn(text('llc_se')),
    ess: numberIn(text('ess')),
    samplingTime: numberIn(text('t_sampling')),
    wnvTime: numberIn(text('wnv_time')),
    wnvFde: numberIn(text('wnv_fde')),
    verdict: text('verdict'),
    cells,
  };
}

/** A cell's number; NaN where it is empty or none. */
export function numberIn(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** What rows must have in a column: one of the values. */
interface Filter {
  readonly column: string;
  readonly values: readonly string[];
}

/**
 * Reads filters such as `depth=2` and `problem=small|large`; all of them have to hold.
 *
 * @throws LlcError where one is none, or names a column that there is not.
 */
export function readFilters(texts: readonly string[], { columns }: ResultsTable): Filter[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const [column = '', values] = text.split('=', 2);
      if (values === undefined)
        throw new LlcError(64, `--filters ${text}: expected COLUMN=VALUE or COLUMN=VALUE|VALUE.`);
      needColumn(column, columns, '--filters');
      return { column, values: values.split('|') };
    });
}

export function needColumn(column: string, columns: readonly string[], flag: string): void {
  if (columns.includes(column)) return;
  const near = nearestName(column, columns);
  throw new LlcError(
    64,
    `${flag}: the table has no column ${column}${near === null ? '' : `; ${near} is near`}.`,
    `It has: ${columns.join(', ')}`,
  );
}

/** The rows that fit all filters; numbers are compared as numbers. */
export function filtered(rows: readonly ResultRow[], filters: readonly Filter[]): ResultRow[] {
  return rows.filter(({ cells }) =>
    filters.every(({ column, values }) =>
      values.some((value) => equal(cells[column] ?? '', value)),
    ),
  );
}

function equal(cell: string, value: string): boolean {
  return cell === value || (numberIn(cell) === numberIn(value) && cell.trim() !== '');
}
