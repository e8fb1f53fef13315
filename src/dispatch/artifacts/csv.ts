import { harmlessText } from '../job/harmless-text.ts';

/** What a cell can hold; null and numbers that are none become empty. */
export type CsvCell = string | number | boolean | null;

/**
 * One record of a table after RFC 4180, with `\n` as line end: cells with a comma, a quote or a line end are
 * quoted, quotes doubled. Numbers keep all their digits; TRUE and FALSE are what R and pandas both take for such. Control characters are made harmless.
 */
export function csvRecord(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  const text = harmlessText(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
