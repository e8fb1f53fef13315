import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';

/** Two samplers of a family that differ most. */
export interface Agreement {
  /** Distance of the two estimates in their common standard error, 0 or more. */
  readonly z: number;
  /** Indices of the jobs that were handed in. */
  readonly higher: number;
  readonly lower: number;
}

/** The largest z between any two estimates of a family; null with fewer than two that have an error. */
export function agreementOf(jobs: readonly (JobRecord | null)[]): Agreement | null {
  let worst: Agreement | null = null;
  const known = jobs.flatMap((job, index) => {
    const { llcMean: mean = null, llcSe: se = null } = job?.outcome ?? {};
    return mean === null || se === null || !(se > 0) ? [] : [{ index, mean, se }];
  });
  for (const [i, a] of known.entries())
    for (const b of known.slice(i + 1)) {
      const z = Math.abs(a.mean - b.mean) / Math.hypot(a.se, b.se);
      if (worst !== null && z <= worst.z) continue;
      const [higher, lower] = a.mean >= b.mean ? [a.index, b.index] : [b.index, a.index];
      worst = { z, higher, lower };
    }
  return worst;
}

/** Effective draws a second of sampling; null where the run does not tell. */
export function essPerSecond({ outcome }: JobRecord): number | null {
  if (outcome === null || outcome.ess === null || !outcome.tSampling) return null;
  return outcome.ess / outcome.tSampling;
}
