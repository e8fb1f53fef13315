import { createHash } from 'node:crypto';
import { FIELDS, type Field } from './fields.ts';

let hash: string | null = null;

/**
 * 12 hex digits over the schema's fields, types, bounds and defaults. It travels in every payload, so
 * that a worker of another version refuses instead of misreading.
 */
export function schemaHash(): string {
  hash ??= hashOfFields(FIELDS);
  return hash;
}

/** The same of any fields. Their order, help and place in forms do not count. */
export function hashOfFields(fields: readonly Field[]): string {
  const rows = fields
    .map(({ name, kind, none, auto, min, max, aboveMin, choices, default: value }) =>
      JSON.stringify([name, kind, none, auto, min, max, aboveMin, choices, value]),
    )
    .sort();
  return createHash('sha256').update(rows.join('\n')).digest('hex').slice(0, 12);
}
