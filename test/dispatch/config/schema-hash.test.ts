import { expect, test } from 'vitest';
import { FIELDS } from '../../../src/dispatch/config/fields.ts';
import { hashOfFields, schemaHash } from '../../../src/dispatch/config/schema-hash.ts';

const [first, ...rest] = FIELDS;

test('it is twelve hex digits, whatever the order and the words of help', () => {
  expect(schemaHash()).toMatch(/^[0-9a-f]{12}$/);
  expect(hashOfFields([...rest, { ...first, help: 'otherwise' }])).toBe(schemaHash());
});

test('it changes with a field’s name, type, bounds, choices and default, and with a field more or less', () => {
  const changes = [
    { name: 'seed' },
    { kind: 'text' },
    { none: true },
    { min: 7 },
    { choices: ['mlp'] },
    { default: 'tanh' },
  ] as const;
  const hashes = changes.map((change) => hashOfFields([{ ...first, ...change }, ...rest]));
  expect(new Set([schemaHash(), hashOfFields(rest), ...hashes]).size).toBe(changes.length + 2);
});
