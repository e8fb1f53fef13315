import { readFileSync, writeFileSync } from 'node:fs';
import { expectedOf, FIELDS, valueText } from '../src/dispatch/config/fields.ts';
import { GROUPS } from '../src/dispatch/config/schema.ts';

/** Writes the table of fields into docs/configuration.md, between the two lines that mark its place. */

const PAGE = new URL('../docs/configuration.md', import.meta.url);
const START = '<!-- fields: made by scripts/configuration-table.ts -->';
const END = '<!-- end of fields -->';

/** The page with its table as the schema has it now. */
export function withFreshTable(page: string): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error(`docs/configuration.md needs ${START} and ${END}`);
  return `${page.slice(0, start)}${START}\n\n${tables()}\n\n${page.slice(end)}`;
}

function tables(): string {
  return GROUPS.map((group) => {
    const rows = FIELDS.filter((field) => field.group === group).map((field) => {
      const name = field.matters ? `\`${field.name}\`` : `\`${field.name}\` °`;
      return `| ${name} | ${expectedOf(field)} | ${valueText(field.default)} | ${cell(field.help)} |`;
    });
    return [`### ${group}`, '', '| field | takes | default | |', '|---|---|---|---|', ...rows].join(
      '\n',
    );
  }).join('\n\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) writeFileSync(PAGE, withFreshTable(readFileSync(PAGE, 'utf8')));
