/**
 * Expectations under a density that spans many orders of magnitude, by the trapezoidal rule in the
 * logarithm of the variable. For the analytic densities used here its error falls exponentially with
 * 1/step (Trefethen & Weideman 2014): a step of 0.1 to 0.2 gives all digits of f64.
 *
 * `logDensity` is with respect to du, u from `from` to `to`, and must have died out at both ends.
 */
export function logExpectation(
  logDensity: (u: number) => number,
  value: (u: number) => number,
  range: { readonly from: number; readonly to: number; readonly step: number },
): number {
  const count = Math.ceil((range.to - range.from) / range.step);
  const logs = Float64Array.from({ length: count + 1 }, (_, i) =>
    logDensity(range.from + i * range.step),
  );
  const top = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let weights = 0;
  let values = 0;
  for (let i = 0; i <= count; i++) {
    const weight = Math.exp(logs[i] - top);
    if (weight === 0) continue;
    weights += weight;
    values += weight * value(range.from + i * range.step);
  }
  return values / weights;
}

/** exp(−x) below this many units is nothing beside 1 in f64. */
export const NEGLIGIBLE = 45;
