/** What stands in place of a number that is none; ten columns, as the cell's body. */
const NOT_FINITE = 'not finite';

/**
 * An estimate with its error: the error to one digit, to two if it begins with 1, the value to the same place:
 * `12.4 ±0.3`, `318 ±14`, `12.4 ±?` without an error. Values below 100 keep one decimal, as their error does:
 * `98.1 ±2.2`. What is too wide has one digit, then loses the error's nought, then places, then has an exponent:
 * `1.53 ±0.02`, `12.44 ±.02`, `123.5 ±0.1`, `2.1e6 ±90`.
 *
 * @param value - null and what is not finite are `not finite`: JSON has no other word for it
 * @param error - null and what is not finite or negative are not known
 * @param room.columns - default 10
 * @param room.plusMinus - the sign, counted as it is: `+-` takes two
 */
export function llcText(
  value: number | null,
  error: number | null,
  { columns = 10, plusMinus }: { readonly columns?: number; readonly plusMinus: string },
): string {
  if (value === null || !Number.isFinite(value)) return NOT_FINITE;
  const sign = ` ${plusMinus}`;
  if (error === null || !Number.isFinite(error) || error < 0) {
    return `${bareNumber(value, columns - sign.length - 1)}${sign}?`;
  }
  const places = placesOf(value, error, 1);
  const texts = [
    toPlaces(value, error, placesOf(value, error, 2), sign),
    toPlaces(value, error, places, sign),
    // The nought in front of the point says least.
    toPlaces(value, error, places, sign).replace(`${sign}0.`, `${sign}.`),
    toPlaces(value, error, places, sign).replace(/(^|[-±+ ])0\./g, '$1.'),
    ...coarser(value, error, places, sign),
    `${short(value, 2)}${sign}${plain(error, decimalsFor(error, 1))}`,
    `${short(value, 2)}${sign}${short(error, 1)}`,
    `${short(value, 1)}${sign}${short(error, 1)}`,
  ];
  return texts.find((text) => text.length <= columns) ?? short(value, 1);
}

/** A running estimate, without an error yet: `~31.7`, `~104`. `columns` default to 5. */
export function estimateOnly(value: number | null, columns = 5): string {
  if (value === null || !Number.isFinite(value)) return NOT_FINITE;
  return `~${bareNumber(value, columns - 1)}`;
}

/** Three digits where there is room. */
function bareNumber(value: number, columns: number): string {
  const decimals = decimalsFor(value, 3);
  const texts = [
    ...Array.from({ length: decimals + 1 }, (_, less) => plain(value, decimals - less)),
    short(value, 2),
  ];
  const isTrue = (text: string) => value === 0 || Number(text) !== 0;
  return texts.find((text) => text.length <= columns && isTrue(text)) ?? short(value, 1);
}

function toPlaces(value: number, error: number, decimals: number, sign: string): string {
  return `${plain(value, decimals)}${sign}${plain(error, decimals)}`;
}

/** Fewer decimals than the error would allow; the error is then rounded up, so that it never looks too good. */
function coarser(value: number, error: number, places: number, sign: string): readonly string[] {
  return Array.from({ length: Math.min(8, Math.max(0, places)) }, (_, less) => {
    const decimals = places - less - 1;
    const step = 10 ** -decimals;
    // Below the last place nothing of the value would be left.
    if (Math.abs(value) < step) return [];
    const text = toPlaces(value, Math.ceil(error / step) * step, decimals, sign);
    return [text, text.replace(`${sign}0.`, `${sign}.`)];
  }).flat();
}

function placesOf(value: number, error: number, most: 1 | 2): number {
  if (error === 0) return decimalsFor(value, 3);
  const startsWithOne = error.toExponential(15).startsWith('1');
  const decimals = decimalsFor(error, startsWithOne ? most : 1);
  return decimals === 0 && most === 2 && error < 10 && Math.abs(value) < 99.95 ? 1 : decimals;
}

/** Decimals that show so many digits; negative where tens are rounded. */
function decimalsFor(value: number, digits: number): number {
  if (value === 0) return digits - 1;
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return digits === 3 ? Math.max(0, decimals) : decimals;
}

function plain(value: number, decimals: number): string {
  const tens = 10 ** Math.max(0, -decimals);
  const rounded = Math.round(value / tens) * tens;
  // toFixed takes up to 100; a smaller number is left to its exponent by being too wide.
  const text = decimals > 0 ? value.toFixed(Math.min(decimals, 100)) : String(rounded);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function short(value: number, digits: number): string {
  return value.toExponential(digits - 1).replace('e+', 'e');
}
