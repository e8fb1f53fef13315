import { widthOf } from '../text/width.ts';

/**
 * An estimate with its error: the error to one digit, or two where it begins with 1 or is above 1, and the value to
 * the same place: `12.4 ±0.3`, `98.1 ±2.2`, `318 ±14`, `12.4 ±?` without an error. What is wider than its place is
 * written with one digit of the error, then without its zero, then with a power of ten: `31.93 ±.02`, `2.1e6 ±90`.
 *
 * @param columns - Default: 10
 * @param plusMinus - of the theme. Default: `±`
 */
export function llcText(
  value: number | null,
  error: number | null,
  {
    columns = 10,
    plusMinus = '±',
  }: { readonly columns?: number; readonly plusMinus?: string } = {},
): string {
  if (value === null || !Number.isFinite(value)) return 'not finite';
  if (error === null || !Number.isFinite(error) || error <= 0)
    return firstFitting(columns, [
      `${threeDigits(value)} ${plusMinus}?`,
      `${powerOfTen(value)} ${plusMinus}?`,
      powerOfTen(value),
    ]);
  const digits = error >= 1 || leadingDigit(error) === 1 ? 2 : 1;
  const long = partsOf(value, error, digits);
  const short = partsOf(value, error, 1);
  const bare = short.error.replace(/^0/, '');
  return firstFitting(columns, [
    `${long.value} ${plusMinus}${long.error}`,
    `${short.value} ${plusMinus}${short.error}`,
    `${short.value} ${plusMinus}${bare}`,
    `${powerOfTen(value)} ${plusMinus}${error >= 1000 ? oneDigitPower(error) : bare}`,
    `${short.value}${plusMinus}${bare}`,
    powerOfTen(value),
  ]);
}

/** Both to the place of the error's last digit that is shown. */
function partsOf(
  value: number,
  error: number,
  digits: number,
): { readonly value: string; readonly error: string } {
  const places = Math.min(12, Math.max(0, digits - 1 - exponentOf(error, digits)));
  return {
    value: value.toFixed(places),
    error: places > 0 ? error.toFixed(places) : String(Number(error.toPrecision(digits))),
  };
}

/** `~31.7`, `~104`: a running estimate, three digits where there is room. @param columns - Default: 6 */
export function estimateOnly(value: number, columns = 6): string {
  if (!Number.isFinite(value)) return '~?';
  return firstFitting(columns, [
    `~${threeDigits(value)}`,
    `~${value.toFixed(0)}`,
    `~${powerOfTen(value)}`,
  ]);
}

function firstFitting(columns: number, texts: readonly string[]): string {
  return texts.find((text) => widthOf(text) <= columns) ?? texts[texts.length - 1] ?? '';
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(
    size >= 99.95 ? 0 : size >= 9.995 ? 1 : size === 0 || size >= 0.9995 ? 2 : 3,
  );
}

/** `2.1e4`. */
function powerOfTen(value: number): string {
  return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
}

function oneDigitPower(value: number): string {
  return value.toExponential(0).replace('e+', 'e');
}

/** Of the first digit, after rounding to so many digits. */
function exponentOf(error: number, digits: number): number {
  return Number(error.toExponential(digits - 1).split('e')[1]);
}

/** As it will be shown: 0.096 begins with 1 when it is written 0.10. */
function leadingDigit(error: number): number {
  return Number(error.toExponential(0)[0]);
}
