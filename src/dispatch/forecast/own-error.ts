import type { FinishedRun } from './forecast.ts';

/** Standard errors that a difference must have before it is more than chance. */
const CLEAR = 3;
/** Standard errors that a bound has to spare. */
const SPARE = 2;

/**
 * What a sampler's own error may be on a problem, relative: the lesser of what its meters allow and of how far
 * it may lie from samplers that have none, on the same seeds; never less than by how much it clearly differs
 * from them. NaN where neither tells.
 *
 * @param runs of one entry
 * @param others trusted runs of the same problem, of any entry
 */
export function ownError(runs: readonly FinishedRun[], others: readonly FinishedRun[]): number {
  if (runs.every(({ unbiased }) => unbiased)) return 0;
  const meters = runs.map(({ meterBound }) => meterBound).filter(Number.isFinite);
  const byMeters = meters.length === 0 ? Number.NaN : mean(meters);
  const pairs = runs.flatMap((run) =>
    others
      .filter((other) => other.unbiased && other.seed === run.seed)
      .map((other) => ({
        difference: (run.llc - other.llc) / other.scale,
        se: Math.hypot(run.se, other.se) / other.scale,
      })),
  );
  if (pairs.length === 0) return byMeters;
  const difference = Math.abs(mean(pairs.map((pair) => pair.difference)));
  const se = Math.hypot(...pairs.map((pair) => pair.se)) / pairs.length;
  const bound = Math.min(
    Number.isFinite(byMeters) ? byMeters : Number.POSITIVE_INFINITY,
    difference + SPARE * se,
  );
  return difference > CLEAR * se ? Math.max(bound, difference) : bound;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
