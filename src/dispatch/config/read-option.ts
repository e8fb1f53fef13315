import { type Issue, isRecord, shown } from './issue.ts';
import { didYouMean } from './nearest-name.ts';
import { MOST, RUN_OPTIONS, type RunOptionName } from './run-options.ts';

type ReadOption =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issue: Issue };

/**
 * Reads one option's value, text or already typed, as a flag, the environment and files give it.
 *
 * @param at - where it came from, for messages
 */
export function readOption(name: RunOptionName, given: unknown, at: string): ReadOption {
  const spec = RUN_OPTIONS[name];
  const refused = (expected: string, hint = ''): ReadOption => ({
    ok: false,
    issue: { path: at, got: shown(given), expected, hint },
  });
  if (given === 'none' && spec.default === null) return { ok: true, value: null };
  switch (spec.kind) {
    case 'int':
    case 'float': {
      const { min = -MOST, max = MOST } = spec;
      const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      const isNumber = typeof number === 'number' && number >= min && number <= max;
      if (isNumber && (spec.kind === 'float' || Number.isInteger(number))) {
        return { ok: true, value: number };
      }
      return refused(`${spec.kind === 'int' ? 'an integer' : 'a number'} from ${min} to ${max}`);
    }
    case 'choice': {
      const choices = spec.choices ?? [];
      if (typeof given === 'string' && choices.includes(given)) return { ok: true, value: given };
      const hint = typeof given === 'string' ? didYouMean(given, choices) : '';
      return refused(`one of ${choices.join(', ')}`, hint);
    }
    case 'text':
      // Texts become arguments of other programs: no control characters, no leading dash.
      return typeof given === 'string' && /^[^-\p{Cc}][^\p{Cc}]{0,4095}$/u.test(given)
        ? { ok: true, value: given }
        : refused('a text of one line that does not start with "-"');
    case 'bool':
      if (given === true || given === false) return { ok: true, value: given };
      if (given === 'true' || given === 'false') return { ok: true, value: given === 'true' };
      return refused('true or false');
    case 'names': {
      const list = typeof given === 'string' ? given.split(',').map((text) => text.trim()) : given;
      const isNames = Array.isArray(list) && list.every((item) => typeof item === 'string');
      const names = isNames ? list.filter((item) => item !== '') : [];
      return names.length > 0 ? { ok: true, value: names } : refused('names, comma-separated');
    }
    case 'pairs':
      return readPairs(given, refused);
    case 'json': {
      if (typeof given !== 'string') return { ok: true, value: given };
      try {
        return { ok: true, value: JSON.parse(given) };
      } catch (error) {
        return refused('JSON', error instanceof Error ? error.message : String(error));
      }
    }
  }
}

function readPairs(given: unknown, refused: (expected: string) => ReadOption): ReadOption {
  const list = typeof given === 'string' ? [given] : given;
  const pairs = isRecord(list)
    ? Object.entries(list).map(([key, value]) => `${key}=${value}`)
    : list;
  const expected = 'KEY=VALUE with an option of sbatch, such as reservation=course';
  if (!Array.isArray(pairs)) return refused(expected);
  const found: Record<string, string> = {};
  for (const pair of pairs) {
    const match =
      typeof pair === 'string' ? /^([a-z][a-z0-9-]{0,60})=([^\p{Cc}]{0,1000})$/u.exec(pair) : null;
    if (match === null) return refused(expected);
    found[match[1]] = match[2];
  }
  return { ok: true, value: found };
}
