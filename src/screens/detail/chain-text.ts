/** One chain's estimate, read beside the others': to a tenth, to a hundredth below ten, `-` where it has diverged. */
export function chainText(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 1e6) return value.toExponential(1).replace('e+', 'e');
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The same where chains are only told apart: two digits. */
export function coarseChainText(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return Math.abs(value) >= 10 ? value.toFixed(0) : value.toPrecision(2);
}
