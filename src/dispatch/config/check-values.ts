import { expectedOf, FIELDS, fieldOf } from './fields.ts';
import { IGNORED_NAMES } from './ignored-names.ts';
import { below, type Issue, isRecord, shown } from './issue.ts';
import { didYouMean } from './nearest-name.ts';
import { type Config, configSchema } from './schema.ts';

/** What a mapping of fields gives, each value checked alone. */
export interface CheckedValues {
  /** Only what was given. */
  readonly values: Partial<Config>;
  readonly issues: readonly Issue[];
  /** What was accepted and does nothing. */
  readonly notes: readonly string[];
}

/** The most faulty entries of one list that are told. */
const MOST_ENTRIES = 5;

/**
 * Checks each field of a mapping by itself: known, of its type, within its range. The original's
 * `samplers` with one entry counts as `sampler`; its names that do nothing here are noted.
 *
 * @param at - where the mapping stands, put before every path. Default: nowhere.
 */
export function checkValues(raw: unknown, at = ''): CheckedValues {
  const values: Record<string, unknown> = {};
  const issues: Issue[] = [];
  const notes: string[] = [];
  if (!isRecord(raw)) {
    const issue = { path: at, got: shown(raw), expected: 'a mapping of fields', hint: '' };
    return { values, issues: [issue], notes };
  }
  for (const [key, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    if (key === 'samplers') {
      issues.push(...takeSamplers(raw, value, at, values));
      continue;
    }
    const field = fieldOf(key);
    if (field === null) {
      if (IGNORED_NAMES.has(key)) notes.push(`${below(at, key)} does nothing here and is ignored`);
      else issues.push(unknownName(key, value, at));
      continue;
    }
    const given = field.none && value === 'none' ? null : value;
    const parsed = configSchema.shape[field.name].safeParse(given);
    if (parsed.success) {
      values[key] = parsed.data;
      continue;
    }
    const expected = expectedOf(field);
    const places = new Map(parsed.error.issues.map((issue) => [issue.path.join('.'), issue]));
    const faults = [...places.values()].slice(0, MOST_ENTRIES).map(({ path }) => ({
      path: path.reduce<string>(
        (place, step) => below(place, step as string | number),
        below(at, key),
      ),
      got: shown(path.reduce<unknown>((inner, step) => (inner as never)[step], value)),
      expected,
      hint: choiceHint(field.choices, value),
    }));
    issues.push(...faults);
  }
  return { values: values as Partial<Config>, issues, notes };
}

function takeSamplers(
  raw: Readonly<Record<string, unknown>>,
  value: unknown,
  at: string,
  values: Record<string, unknown>,
): Issue[] {
  const path = below(at, 'samplers');
  const parsed = configSchema.shape.sampler.safeParse(
    Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : null,
  );
  if (!parsed.success) {
    const expected = 'a list of exactly one of sgld, sghmc, hmc, mclmc';
    return [{ path, got: shown(value), expected, hint: 'a job has exactly one sampler' }];
  }
  if (raw['sampler'] !== undefined && raw['sampler'] !== parsed.data) {
    const expected = `the same as sampler (${shown(raw['sampler'])})`;
    return [{ path, got: shown(value), expected, hint: 'give sampler alone' }];
  }
  values['sampler'] = parsed.data;
  return [];
}

function unknownName(key: string, value: unknown, at: string): Issue {
  return {
    path: below(at, key.slice(0, 100)),
    got: shown(value),
    expected: 'a known field',
    hint: didYouMean(
      key,
      FIELDS.map(({ name }) => name),
    ),
  };
}

function choiceHint(choices: readonly string[], value: unknown): string {
  return typeof value === 'string' ? didYouMean(value, choices) : '';
}
