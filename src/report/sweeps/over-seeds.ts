import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';

/** An estimate over the seeds of a problem and a sampler. */
export interface OverSeeds {
  readonly mean: number;
  /** Null where no seed tells its error and there is one seed alone. */
  readonly se: number | null;
  readonly seeds: number;
}

/**
 * The plain mean over seeds: seeds have other data and other weights, so that each counts the same however well it is
 * known. Its error is the larger of what the seeds' own errors give, sqrt(sum se^2) / k, and of what their spread
 * gives, their standard deviation / sqrt(k).
 */
export function overSeeds(jobs: readonly JobRecord[]): OverSeeds | null {
  const known = jobs.flatMap(({ outcome }) => {
    const { llcMean: mean = null, llcSe: se = null } = outcome ?? {};
    return mean === null || !Number.isFinite(mean) ? [] : [{ mean, se }];
  });
  const k = known.length;
  if (k === 0) return null;
  const mean = known.reduce((sum, one) => sum + one.mean, 0) / k;
  const errors = known.flatMap(({ se }) => (se !== null && se > 0 ? [se] : []));
  const own = errors.length === k ? Math.hypot(...errors) / k : null;
  const spread =
    k < 2
      ? null
      : Math.sqrt(known.reduce((sum, one) => sum + (one.mean - mean) ** 2, 0) / (k - 1) / k);
  const se = own === null ? spread : Math.max(own, spread ?? 0);
  return { mean, se: se === null || se === 0 ? own : se, seeds: k };
}
