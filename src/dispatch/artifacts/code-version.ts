import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LlcError } from '../errors.ts';

/**
 * Which code a run was computed with, and so a part of its id: `LLC_CODE_VERSION`, or the first 12 hex
 * digits of the sha256 of the worker's bundle.
 */
export function codeVersion(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['LLC_CODE_VERSION'] || bundleHash();
}

let hash: string | null = null;

function bundleHash(): string {
  hash ??= createHash('sha256').update(readFileSync(workerBundle())).digest('hex').slice(0, 12);
  return hash;
}

/** Absolute path of the one file that a worker is. */
export function workerBundle(): string {
  // Bundled, this module is a part of dist/cli.js or dist/worker.js; from the sources it lies deeper.
  const bundled = !import.meta.url.endsWith('.ts');
  const path = fileURLToPath(
    new URL(bundled ? 'worker.js' : '../../../dist/worker.js', import.meta.url),
  );
  if (!existsSync(path)) {
    throw new LlcError(70, `the worker is not built: ${path} is missing`, 'run `npm run build`');
  }
  return path;
}
