import { below, type Issue, isRecord, shown } from './issue.ts';
import { type Entry, readEntries } from './study.ts';

export type ReadGrid =
  | { readonly ok: true; readonly entries: readonly Entry[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Most entries that a grid may give. */
const MOST = 10_000;
const LONGEST_NAME = 80;

/**
 * A grid of problems or samplers: a list of `{name?, overrides}`, or an object of lists, of which every
 * combination is an entry. Entries without a name get one from their overrides.
 *
 * @param raw - the JSON, parsed
 * @param at - where it came from, for messages: `--problem-grid`
 */
export function readGrid(raw: unknown, at: string): ReadGrid {
  const issues: Issue[] = [];
  const taken = new Map<string, number>();
  const nameOf = (overrides: unknown) => unused(nameFrom(overrides), taken);
  const list = isRecord(raw) ? combinations(raw, at, issues) : raw;
  if (issues.length > 0) return { ok: false, issues };
  if (!Array.isArray(list)) {
    const expected = 'a JSON list of {name, overrides} or an object of lists';
    return { ok: false, issues: [{ path: at, got: shown(raw), expected, hint: '' }] };
  }
  for (const item of list) if (isRecord(item)) taken.set(String(item['name']), 1);
  const entries = readEntries(list, at, issues, nameOf);
  return issues.length > 0 || entries === null ? { ok: false, issues } : { ok: true, entries };
}

function combinations(
  lists: Readonly<Record<string, unknown>>,
  at: string,
  issues: Issue[],
): { overrides: Record<string, unknown> }[] {
  let count = 1;
  for (const [key, values] of Object.entries(lists)) {
    if (!Array.isArray(values) || values.length === 0) {
      const expected = 'a list of values with at least one';
      issues.push({ path: below(at, key), got: shown(values), expected, hint: '' });
    } else count *= values.length;
  }
  if (count > MOST) {
    const got = `${count} combinations`;
    issues.push({ path: at, got, expected: `at most ${MOST}`, hint: '' });
  }
  if (issues.length > 0) return [];
  let rows: [string, unknown][][] = [[]];
  for (const [key, values] of Object.entries(lists)) {
    rows = rows.flatMap((row) =>
      (values as unknown[]).map((value) => [...row, [key, value] as const] as [string, unknown][]),
    );
  }
  return rows.map((row) => ({ overrides: Object.fromEntries(row) }));
}

/** `target_params_1000-depth_2`; of target and sampler the value alone. */
function nameFrom(overrides: unknown): string {
  if (!isRecord(overrides)) return 'entry';
  const parts = Object.entries(overrides).map(([key, value]) => {
    const text = typeof value === 'string' ? value : shown(value);
    return key === 'target' || key === 'sampler' ? text : `${key}_${text}`;
  });
  const name = parts
    .join('-')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, LONGEST_NAME);
  return name === '' ? 'entry' : name;
}

/** @param taken - names with the last number that was put behind them */
function unused(name: string, taken: Map<string, number>): string {
  let free = name;
  for (let i = (taken.get(name) ?? 0) + 1; taken.has(free); i++) {
    free = `${name}-${i}`;
    taken.set(name, i);
  }
  taken.set(free, taken.get(free) ?? 1);
  return free;
}
