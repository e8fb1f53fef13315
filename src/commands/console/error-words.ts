import { LlcError } from '../../dispatch/errors.ts';

/** What an error says and what to do about it, on one line. */
export function errorWords(error: unknown): string {
  const hint = error instanceof LlcError ? error.hint : '';
  const message = error instanceof Error ? error.message : String(error);
  return `${message} ${hint}`.replace(/\s+/g, ' ').trim();
}
