import { LlcError } from '../dispatch/errors.ts';

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = {
  m: MINUTE,
  h: 60 * MINUTE,
  d: 24 * 60 * MINUTE,
  w: 7 * 24 * 60 * MINUTE,
};

/**
 * Milliseconds of an age as a person writes it: `45m`, `12h`, `30d`, `2w`.
 *
 * @throws LlcError 64 for anything else
 */
export function parseAge(text: string, flag: string): number {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Number(count) * UNITS[unit];
  throw new LlcError(
    64,
    `${flag}=${text} is no age.`,
    'Give a whole number and m, h, d or w: 45m, 12h, 30d, 2w.',
  );
}
