/** `250.9 ± 1.2`: two digits of the error, and the value to the same place. */
export function withError(value: number, error: number | null): string {
  if (error === null || !(error > 0)) return value.toPrecision(5);
  const places = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(places)} ± ${error.toFixed(places)}`;
}
