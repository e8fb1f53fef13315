import type { Vector } from '../engines/engine.ts';

/**
 * A diagonal metric G, the same for all chains, that adapts in warm-up and is frozen afterwards: while it
 * follows the chains it changes what they sample.
 */
export interface Preconditioner {
  /** chains x dim; null for 1. */
  readonly metric: Vector | null;
  /** Σ G over the coordinates. */
  readonly total: number;
  /** Steps at which the metric has changed enough for a new look at the step size. */
  looksAt(step: number): boolean;
  /** Called at every step of warm-up with the gradient taken at `position`. */
  observe(step: number, position: Vector, gradient: Vector): void;
  /** Renews the metric where the step is due for it; whether it did. */
  renew(step: number): Promise<boolean>;
  /** Forgets what it saw of the chains that were put elsewhere. */
  replaced(chains: readonly boolean[], position: Vector, gradient: Vector): void;
  save(): Promise<Readonly<Record<string, unknown>>>;
  restore(saved: Readonly<Record<string, unknown>>): void;
}

export function noPreconditioner(dim: number): Preconditioner {
  return {
    metric: null,
    total: dim,
    looksAt: () => false,
    observe: () => undefined,
    renew: async () => false,
    replaced: () => undefined,
    save: async () => ({}),
    restore: () => undefined,
  };
}

/**
 * The mean over the chains of each coordinate's number, chains without numbers left out; null where there
 * is no other.
 */
export function pooledOverChains(
  values: Float64Array,
  chains: number,
): { readonly mean: Float64Array; readonly chains: number } | null {
  const dim = values.length / chains;
  const mean = new Float64Array(dim);
  let living = 0;
  for (let chain = 0; chain < chains; chain++) {
    const part = values.subarray(chain * dim, (chain + 1) * dim);
    if (!part.every(Number.isFinite)) continue;
    living += 1;
    for (let i = 0; i < dim; i++) mean[i] += part[i];
  }
  if (living === 0) return null;
  for (let i = 0; i < dim; i++) mean[i] /= living;
  return { mean, chains: living };
}
