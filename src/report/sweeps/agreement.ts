import type { SamplerName } from '../../compute/settings.ts';
import type { ResultRow } from './results-table.ts';

/** How far a sampler is from the rest of its family, in standard errors of the difference. */
export interface Agreement {
  readonly family: string;
  readonly problem: string;
  readonly seed: string;
  readonly sampler: SamplerName;
  readonly z: number;
  /** What it was compared with. */
  readonly reference: string;
}

/**
 * z = (a − b)/√(se_a² + se_b²) of every sampler of a family against HMC, which is exact but for its draws; where a family has no
 * HMC, against the others' mean, weighted by their precision. Of runs without error bars there is none.
 */
export function agreements(rows: readonly ResultRow[]): Agreement[] {
  const families = new Map<string, ResultRow[]>();
  for (const row of rows) {
    if (!(Number.isFinite(row.llcMean) && row.llcSe > 0)) continue;
    families.set(row.family, [...(families.get(row.family) ?? []), row]);
  }
  return [...families.values()].flatMap((family) => {
    const hmc = family.find(({ sampler }) => sampler === 'hmc');
    return family.flatMap((row) => {
      if (row === hmc) return [];
      const others = hmc === undefined ? family.filter((other) => other !== row) : [hmc];
      if (others.length === 0) return [];
      const { mean, se } = pooled(others);
      const { family: name, problem, seed, sampler } = row;
      const z = (row.llcMean - mean) / Math.hypot(row.llcSe, se);
      const reference = hmc === undefined ? 'the others' : 'HMC';
      return [{ family: name, problem, seed, sampler, z, reference }];
    });
  });
}

function pooled(rows: readonly ResultRow[]): { readonly mean: number; readonly se: number } {
  const precisions = rows.map(({ llcSe }) => 1 / llcSe ** 2);
  const all = precisions.reduce((sum, precision) => sum + precision, 0);
  const weighted = rows.reduce((sum, row, i) => sum + precisions[i] * row.llcMean, 0);
  return { mean: weighted / all, se: 1 / Math.sqrt(all) };
}
