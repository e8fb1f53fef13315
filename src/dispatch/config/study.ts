import { below, type Issue, isRecord, shown } from './issue.ts';
import { didYouMean } from './nearest-name.ts';
import { parseYaml } from './yaml-file.ts';

/** A problem or a sampler of a matrix: a name and what differs for it, not yet checked. */
export interface Entry {
  /** Letters, digits, `.`, `_` and `-`; it becomes a part of the job's id. */
  readonly name: string;
  readonly overrides: unknown;
  /** Where the overrides stand, for messages. */
  readonly at: string;
}

/** A study file: a matrix of problems, samplers and seeds. What it leaves out is null. */
export interface Study {
  /** The file's name. */
  readonly at: string;
  readonly base: unknown;
  readonly problems: readonly Entry[] | null;
  readonly samplers: readonly Entry[] | null;
  /** A list, or how many from the configuration's seed on. */
  readonly seeds: readonly number[] | number | null;
  /** `backend`, `gpu_mode` and `gpu_types` as they stand; `resolveRunOptions` checks them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type ReadStudy =
  | { readonly ok: true; readonly study: Study }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const OPTION_KEYS = ['backend', 'gpu_mode', 'gpu_types'];
const KEYS = ['base', 'problems', 'samplers', 'seeds', ...OPTION_KEYS];

/** Most entries of one list, and most seeds. */
const LONGEST = 10_000;

/**
 * Reads a study file. Its form is checked here, its fields by the plan.
 *
 * @param at - the file's name, for messages
 */
export function readStudy(text: string, at: string): ReadStudy {
  const parsed = parseYaml(text, at);
  return parsed.ok ? checkStudy(parsed.value, at) : parsed;
}

/** The same for a study that is data already. */
export function checkStudy(raw: unknown, at: string): ReadStudy {
  const issues: Issue[] = [];
  if (!isRecord(raw)) {
    const expected = 'a mapping with base, problems, samplers, seeds';
    return { ok: false, issues: [{ path: at, got: shown(raw), expected, hint: '' }] };
  }
  for (const [key, value] of Object.entries(raw)) {
    if (KEYS.includes(key)) continue;
    issues.push({
      path: below(at, key),
      got: shown(value),
      expected: `one of ${KEYS.join(', ')}`,
      hint: didYouMean(key, KEYS) || 'fields of the configuration go under base',
    });
  }
  const problems = readEntries(raw['problems'], below(at, 'problems'), issues);
  const samplers = readEntries(raw['samplers'], below(at, 'samplers'), issues);
  const seeds = readSeeds(raw['seeds'], below(at, 'seeds'), issues);
  if (issues.length > 0) return { ok: false, issues };
  const options = Object.fromEntries(
    OPTION_KEYS.filter((key) => isThere(raw[key])).map((key) => [key, raw[key]]),
  );
  const base = raw['base'] ?? {};
  return { ok: true, study: { at, base, problems, samplers, seeds, options } };
}

/** A list of `{name, overrides}`, or of names alone. Without a name, `nameOf` makes one. */
export function readEntries(
  raw: unknown,
  at: string,
  issues: Issue[],
  nameOf?: (overrides: unknown) => string,
): readonly Entry[] | null {
  if (!isThere(raw)) return null;
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > LONGEST) {
    const expected = `a list of 1 to ${LONGEST} entries {name, overrides}`;
    issues.push({ path: at, got: shown(raw), expected, hint: '' });
    return null;
  }
  const entries: Entry[] = [];
  const seen = new Map<string, number>();
  for (const [index, item] of raw.entries()) {
    const entry = readEntry(item, below(at, index), issues, nameOf);
    if (entry === null) continue;
    const first = seen.get(entry.name);
    if (first === undefined) {
      seen.set(entry.name, index);
      entries.push(entry);
    } else {
      issues.push({
        path: below(below(at, index), 'name'),
        got: shown(entry.name),
        expected: 'a name that no other entry has',
        hint: `entry ${first} has it too`,
      });
    }
  }
  return entries;
}

function readEntry(
  raw: unknown,
  at: string,
  issues: Issue[],
  nameOf?: (overrides: unknown) => string,
): Entry | null {
  const item = typeof raw === 'string' ? { name: raw } : raw;
  if (!isRecord(item)) {
    issues.push({ path: at, got: shown(raw), expected: 'an entry {name, overrides}', hint: '' });
    return null;
  }
  for (const key of Object.keys(item)) {
    if (key === 'name' || key === 'overrides') continue;
    const hint = didYouMean(key, ['name', 'overrides']) || 'fields go under overrides';
    issues.push({
      path: below(at, key),
      got: shown(item[key]),
      expected: 'name or overrides',
      hint,
    });
  }
  const overrides = item['overrides'] ?? {};
  const name = item['name'] ?? nameOf?.(overrides);
  if (typeof name !== 'string' || !isName(name)) {
    issues.push({
      path: below(at, 'name'),
      got: shown(name),
      expected:
        'a name of at most 100 letters, digits, ".", "_" and "-" that starts with a letter or digit',
      hint: typeof name === 'number' ? 'put it in quotes' : '',
    });
    return null;
  }
  return { name, overrides, at: below(at, 'overrides') };
}

/** Whether a text may be a part of a job's id, and so of a folder's name. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text);
}

function readSeeds(raw: unknown, at: string, issues: Issue[]): Study['seeds'] {
  if (!isThere(raw)) return null;
  if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 1 && raw <= LONGEST) return raw;
  const isSeed = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > LONGEST || !raw.every(isSeed)) {
    const expected = `a list of 1 to ${LONGEST} integers of at least 0, or their number`;
    issues.push({ path: at, got: shown(raw), expected, hint: '' });
    return null;
  }
  if (new Set(raw).size < raw.length) {
    issues.push({ path: at, got: shown(raw), expected: 'seeds that differ', hint: '' });
  }
  return raw;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
