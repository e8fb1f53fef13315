import type { Outcome } from '../dispatch/journal/outcome.ts';

/** `LLC 250.9 ± 1.2  converged`: an estimate to the digits that its error supports. */
export function estimateText(outcome: Outcome): string {
  const { llcMean, llcSe, verdict } = outcome;
  if (llcMean === null) return `no estimate  ${verdict}`.trimEnd();
  return `LLC ${withError(llcMean, llcSe)}  ${verdict}`.trimEnd();
}

/** `250.9 ± 1.2`: two digits of the error, and the value to the same place. */
export function withError(value: number, error: number | null): string {
  if (error === null || !(error > 0)) return value.toPrecision(5);
  const places = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(places)} ± ${error.toFixed(places)}`;
}
