import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withFreshTable } from '../../../scripts/configuration-table.ts';
import { FIELDS, valueText } from '../../../src/dispatch/config/fields.ts';
import { readStudy } from '../../../src/dispatch/config/study.ts';

const page = readFileSync('docs/configuration.md', 'utf8');

test('the table in docs/configuration.md is the schema’s (node scripts/configuration-table.ts)', () => {
  expect(page).toBe(withFreshTable(page));
});

test('the table has a row for every field, with its default', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toHaveLength(FIELDS.length);
  for (const [i, field] of FIELDS.entries()) {
    expect(rows[i]).toContain(`\`${field.name}\``);
    expect(rows[i]).toContain(`| ${valueText(field.default)} |`);
  }
});

test('docs/samplers.md has every option of a sampler, with its default', () => {
  const rows = readFileSync('docs/samplers.md', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, names = '', defaults = ''] = /^\| (`.*?`) \| (.*?) \|/.exec(line) ?? [];
      const fields = [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name);
      const values = defaults.split(', ');
      // One default stands for all of a row.
      return fields.map((name, i) => [name, values[i] ?? values[0]] as const);
    });
  const told = new Map(rows);
  for (const { name, default: value } of FIELDS) {
    if (!/^(sgld|sghmc|hmc|mclmc)_/.test(name)) continue;
    const found = told.get(name);
    expect(`${name} ${Number(found) === value ? valueText(value) : found}`).toBe(
      `${name} ${valueText(value)}`,
    );
  }
});

test('the study on the page can be read', () => {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(readStudy(yaml, 'page')).toMatchObject({ ok: true });
});
