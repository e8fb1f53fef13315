import type { Engine, Vector } from '../engines/engine.ts';
import { type Preconditioner, pooledOverChains } from './preconditioner.ts';

/** Renewals of the metric during warm-up, beside those at steps 0, 1, 2, 4, 8 … */
const RENEWALS = 32;
/** The share of warm-up after which the metric stands, so that the step size can settle to it. */
const FROZEN_AFTER = 0.75;

export interface RmsSettings {
  /** β2, the memory of the squared gradients. */
  readonly beta2: number;
  /** a in G = 1/(√v̂ + a), in units of the loss gradient. */
  readonly eps: number;
  /** Whether v starts at 0 and is divided by 1 − β2^t; else it starts at the first squared gradient. */
  readonly biasCorrection: boolean;
}

/**
 * RMSProp's metric (Li, Chen, Carlson & Carin 2016): G = 1/(√v̂ + a), v the moving average of the squared
 * *loss* gradient. Pooled over the chains; renewed at intervals rather than every step, which v with its
 * long memory does not notice, and frozen from three quarters of warm-up on.
 *
 * √v̂ counts as no less than √γ/(nβ), the localisation's part of the gradient in the same units: a
 * coordinate that no data reaches would otherwise have G = 1/a, and one such coordinate would force a step
 * size under which nothing else moves.
 */
export class RmsPreconditioner implements Preconditioner {
  readonly metric: Vector;
  readonly #engine: Engine;
  readonly #settings: RmsSettings;
  readonly #frozenFrom: number;
  readonly #interval: number;
  readonly #zero: Vector;
  readonly #squares: Vector;
  #diagonal: Float64Array;

  constructor(engine: Engine, warmup: number, settings: RmsSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.#frozenFrom = Math.floor(FROZEN_AFTER * warmup);
    this.#interval = Math.max(1, Math.ceil(warmup / RENEWALS));
    this.metric = engine.vector();
    this.#zero = engine.vector();
    this.#squares = engine.vector();
    this.#diagonal = new Float64Array(engine.dim).fill(1);
    this.#install(this.#diagonal);
  }

  get total(): number {
    return this.#diagonal.reduce((sum, value) => sum + value, 0);
  }

  looksAt(step: number): boolean {
    return step <= this.#frozenFrom && (step === this.#frozenFrom || isPowerOfTwo(step));
  }

  observe(step: number, _position: Vector, gradient: Vector): void {
    if (step > this.#frozenFrom) return;
    const { keep, add } = averageWeights(step, this.#settings.beta2, this.#settings.biasCorrection);
    this.#engine.accumulate(this.#squares, { keep, add, of: gradient, power: 2 });
  }

  async renew(step: number): Promise<boolean> {
    if (step > this.#frozenFrom) return false;
    if (step % this.#interval !== 0 && !isPowerOfTwo(step) && step !== this.#frozenFrom) {
      return false;
    }
    const pooled = pooledOverChains(await this.#engine.read(this.#squares), this.#engine.chains);
    if (pooled === null) return false;
    const { nbeta, gamma } = this.#engine.posterior;
    const least = Math.sqrt(gamma) / nbeta;
    this.#install(
      pooled.mean.map((square) => 1 / (Math.max(Math.sqrt(square), least) + this.#settings.eps)),
    );
    return true;
  }

  replaced(chains: readonly boolean[], _position: Vector, gradient: Vector): void {
    this.#engine.copyWhere(chains, this.#zero, this.#squares);
    this.#engine.accumulate(this.#squares, {
      keep: 1,
      add: chains.map((yes) => (yes ? 1 : 0)),
      of: gradient,
      power: 2,
    });
  }

  async save(): Promise<Readonly<Record<string, unknown>>> {
    return { diagonal: this.#diagonal, squares: await this.#engine.read(this.#squares) };
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    this.#engine.write(this.#squares, saved['squares'] as Float64Array);
    this.#install(saved['diagonal'] as Float64Array);
  }

  #install(diagonal: Float64Array): void {
    this.#diagonal = diagonal;
    const { chains, dim } = this.#engine;
    const all = new Float64Array(chains * dim);
    for (let chain = 0; chain < chains; chain++) all.set(diagonal, chain * dim);
    this.#engine.write(this.metric, all);
  }
}

/**
 * Weights of an exponential average at its step number `step` (from 0), kept as the corrected average
 * itself: with the correction the weights of all that was seen sum to one (Kingma & Ba 2015), without it
 * the first value counts as all that was before.
 */
export function averageWeights(
  step: number,
  beta: number,
  biasCorrection: boolean,
): { readonly keep: number; readonly add: number } {
  if (step === 0) return { keep: 0, add: 1 };
  if (!biasCorrection) return { keep: beta, add: 1 - beta };
  const add = (1 - beta) / (1 - beta ** (step + 1));
  return { keep: 1 - add, add };
}

function isPowerOfTwo(step: number): boolean {
  return step === 0 || Number.isInteger(Math.log2(step));
}
