import { LineCounter, parseDocument } from 'yaml';
import type { Issue } from './issue.ts';

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** The largest file that is read, characters: a study is written by a person. */
const LONGEST = 10_000_000;
/** One error makes others; the first tell enough. */
const MOST_ERRORS = 10;

/**
 * Reads YAML (and so JSON) that a person wrote.
 *
 * @param at - the file's name; issues say `name:line:column`
 */
export function parseYaml(text: string, at: string): Parsed {
  const refused = (path: string, got: string, hint = ''): Parsed => ({
    ok: false,
    issues: [{ path, got, expected: 'YAML', hint }],
  });
  if (text.length > LONGEST)
    return refused(at, `${text.length} characters`, 'is it the right file?');
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
    });
    if (document.errors.length === 0) {
      return { ok: true, value: document.toJS({ maxAliasCount: 100 }) };
    }
    const issues = document.errors.slice(0, MOST_ERRORS).map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { path: `${at}:${line}:${col}`, got: error.message, expected: 'YAML', hint: '' };
    });
    return { ok: false, issues };
  } catch (error) {
    // Aliases without end, or nesting deeper than the stack.
    return refused(at, error instanceof Error ? error.message : String(error));
  }
}
