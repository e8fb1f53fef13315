import { RUN_OPTIONS, type RunOptionName } from '../../dispatch/config/run-options.ts';

/** An option's value as a person types it. */
export function optionText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key}=${inner}`);
  return pairs.length === 0 ? 'none' : pairs.join(',');
}

/** The same where it is shown: what stands for nothing given is told. */
export function shownOption(name: RunOptionName, value: unknown): string {
  const text = optionText(value);
  return text === 'none' ? (RUN_OPTIONS[name].defaultText ?? 'none') : text;
}
