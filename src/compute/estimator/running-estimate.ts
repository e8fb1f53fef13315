import { pooled } from '../diagnostics/draws.ts';
import { essMean } from '../diagnostics/ess.ts';
import { mean, variance } from '../diagnostics/moments.ts';
import { rhat } from '../diagnostics/rhat.ts';

/** What can be said while chains still run; null where nothing can. */
export interface RunningValue {
  readonly llc: number | null;
  readonly llcSe: number | null;
  readonly rhat: number | null;
  readonly ess: number | null;
  /** One a chain, NaN for a chain with a loss that is not finite. */
  readonly llcByChain: readonly number[];
}

/** Diagnostics are made anew when there are so many more draws than at the last time. */
const GROWTH = 1.05;

/**
 * The estimate so far, for a progress display. A draw costs a few additions; asking costs diagnostics over
 * the kept losses only when the draws have grown by a twentieth since, so that asking often costs no more
 * in all than some twenty times the last. The final number is `summarise`'s.
 */
export class RunningEstimate {
  readonly #nbeta: number;
  readonly #baseline: number;
  /** nβ(L − L0) of each chain. */
  readonly #heights: number[][];
  readonly #sums: Float64Array;
  #diagnosed = { draws: 0, ess: Number.NaN, rhat: Number.NaN, se: Number.NaN };

  constructor(options: { chains: number; nbeta: number; baseline: number }) {
    this.#nbeta = options.nbeta;
    this.#baseline = options.baseline;
    this.#heights = Array.from({ length: options.chains }, () => []);
    this.#sums = new Float64Array(options.chains);
  }

  /** One recorded draw: L of each chain. */
  add(losses: readonly number[]): void {
    losses.forEach((loss, chain) => {
      const height = this.#nbeta * (loss - this.#baseline);
      this.#heights[chain].push(height);
      this.#sums[chain] += height;
    });
  }

  now(): RunningValue {
    const draws = this.#heights[0]?.length ?? 0;
    const means = Array.from(this.#sums, (sum) => sum / draws);
    const alive = means.filter(Number.isFinite);
    if (draws >= Math.max(this.#diagnosed.draws * GROWTH, this.#diagnosed.draws + 1)) {
      this.#diagnosed = this.#diagnose(draws, means);
    }
    const { ess, se } = this.#diagnosed;
    return {
      llc: alive.length > 0 ? mean(alive) : null,
      llcSe: knownOrNull(se),
      rhat: knownOrNull(this.#diagnosed.rhat),
      ess: knownOrNull(ess),
      llcByChain: means,
    };
  }

  #diagnose(draws: number, means: readonly number[]) {
    const heights = this.#heights
      .filter((_, chain) => Number.isFinite(means[chain]))
      .map((chain) => Float64Array.from(chain));
    if (heights.length === 0) return { draws, ess: Number.NaN, rhat: Number.NaN, se: Number.NaN };
    const ess = essMean(heights);
    return { draws, ess, rhat: rhat(heights), se: Math.sqrt(variance(pooled(heights), 1) / ess) };
  }
}

function knownOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
