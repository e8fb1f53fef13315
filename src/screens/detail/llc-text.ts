/**
 * `12.4 ±0.3`: the error to one digit, above 1 to a tenth, and the value to the same place; `12.4 ±?` where
 * the error is not known, `not finite` where the value is none.
 */
export function llcText(value: number, error: number | null, plusMinus: string): string {
  if (!Number.isFinite(value)) return 'not finite';
  if (error === null || !(error > 0) || !Number.isFinite(error))
    return `${brief(value)} ${plusMinus}?`;
  const places = error >= 10 ? 0 : error >= 1 ? 1 : Math.min(12, -Math.floor(Math.log10(error)));
  return `${value.toFixed(places)} ${plusMinus}${error.toFixed(places)}`;
}

/** A value whose error nobody knows: three digits. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const size = Math.abs(value);
  if (size >= 1e6) return value.toExponential(1).replace('e+', 'e');
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
