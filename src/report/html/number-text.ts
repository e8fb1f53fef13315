/** `12.42 ± 0.31`: both to the second digit of the error; `12.42` where it is not known, `-` without a value. */
export function estimateText(value: number | null, error: number | null): string {
  if (value === null || !Number.isFinite(value)) return '-';
  if (error === null || !(error > 0) || !Number.isFinite(error)) return numberText(value);
  const places = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(places)} ± ${error.toFixed(places)}`;
}

/** Four digits, `-` where there is no number. */
export function numberText(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '-' : String(Number(value.toPrecision(4)));
}
