import type { FieldName } from './schema.ts';

/** One fault of a configuration, study or flag. All of them are told at once. */
export interface Issue {
  /** Where: a field or flag, with its place in a file before it (`problems[1].overrides.chains`). */
  readonly path: string;
  /** What stood there, as JSON, shortened. */
  readonly got: string;
  readonly expected: string;
  /** What to do, or the nearest known name; empty where nothing is known. */
  readonly hint: string;
}

/** Tells a fault of a field in relation to others. `got` is the field's value where nothing else is said. */
export type Refuse = (field: FieldName, expected: string, hint?: string, got?: unknown) => void;

/** `path: got 3, expected …; did you mean …`. */
export function issueText({ path, got, expected, hint }: Issue): string {
  const where = path === '' ? '' : `${path}: `;
  return `${where}got ${got}, expected ${expected}${hint === '' ? '' : ` (${hint})`}`;
}

const LONGEST = 120;

/** Any value as short text. Cycles and what JSON has no word for are allowed. */
export function shown(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, inner) =>
      typeof inner === 'bigint' || (typeof inner === 'number' && !Number.isFinite(inner))
        ? String(inner)
        : inner,
    );
  } catch {
    text = Array.isArray(value) ? 'a list nested too deep' : 'an object nested too deep';
  }
  text ??= typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A path below another: `base` + `chains` = `base.chains`. */
export function below(at: string, key: string | number): string {
  if (typeof key === 'number') return `${at}[${key}]`;
  return at === '' ? key : `${at}.${key}`;
}

/** A mapping, as YAML, JSON and flags give it. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
