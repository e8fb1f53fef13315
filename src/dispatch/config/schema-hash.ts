import { createHash } from 'node:crypto';
import { z } from 'zod';
import { configSchema } from './schema.ts';

let hash: string | null = null;

/**
 * 12 hex digits over the schema's fields, types, bounds and defaults. It travels in every payload, so
 * that a worker of another version refuses instead of misreading.
 */
export function schemaHash(): string {
  hash ??= createHash('sha256')
    .update(JSON.stringify(z.toJSONSchema(configSchema, { io: 'output' })))
    .digest('hex')
    .slice(0, 12);
  return hash;
}
