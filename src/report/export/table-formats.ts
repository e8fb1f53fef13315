import { csvRecord } from '../../dispatch/artifacts/csv.ts';
import type { Column } from './joined-table.ts';

export const FORMATS = ['parquet', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** A table as a file's content. */
export async function encoded(
  columns: readonly Column[],
  format: Format,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'parquet':
      return parquet(columns);
    case 'csv':
      return [columns.map(({ name }) => name), ...rowsOf(columns)].map(csvRecord).join('');
    case 'json':
      return `${JSON.stringify(
        rowsOf(columns).map((row) => recordOf(columns, row)),
        null,
        1,
      )}\n`;
  }
}

function rowsOf(columns: readonly Column[]) {
  return (columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => cells[row]));
}

function recordOf(columns: readonly Column[], row: ReturnType<typeof rowsOf>[number]) {
  return Object.fromEntries(columns.map(({ name }, at) => [name, row[at]]));
}

const PARQUET_TYPES = { int: 'INT64', float: 'DOUBLE', bool: 'BOOLEAN', text: 'STRING' } as const;

/** Counts are 64-bit integers: seeds go up to 2^53 - 1. */
async function parquet(columns: readonly Column[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columnData = columns.map(({ name, kind, cells }) => ({
    name,
    type: PARQUET_TYPES[kind],
    data: kind === 'int' ? cells.map((cell) => (cell === null ? null : BigInt(cell))) : [...cells],
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
