import type { Engine, Vector } from '../engines/engine.ts';

/** Moments of positions and of ∇U over the draws of all chains, a number a coordinate (length dim). */
export interface PooledMoments {
  /** Draws that went in, all chains together. */
  readonly draws: number;
  /** Var w_i about the mean of all chains. */
  readonly variance: Float64Array;
  /** Var ∂_iU about its mean. */
  readonly gradientVariance: Float64Array;
}

export interface SavedMoments {
  readonly count: number;
  readonly weights: readonly number[];
  readonly averages: readonly Float64Array[];
}

/**
 * Streaming weighted means of w − w0, (w − w0)², ∇U and (∇U)², kept in the engine's memory a chain and
 * pooled when asked for, so that adaptation costs no read a transition. Squares are taken about w0 and
 * about zero, from where the posterior's mean is at most a few deviations away.
 */
export class RunningMoments {
  readonly #engine: Engine;
  readonly #zero: Vector;
  readonly #force: Vector;
  readonly #averages: readonly Vector[];
  #weights: readonly number[];
  #count = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#zero = engine.vector();
    this.#force = engine.vector();
    this.#averages = Array.from({ length: 4 }, () => engine.vector());
    this.#weights = new Array(engine.chains).fill(0);
  }

  /** @param weights one a chain, >= 0: the time that this draw stands for. */
  add(position: Vector, gradient: Vector, weights: readonly number[]): void {
    const engine = this.#engine;
    this.#weights = this.#weights.map((sum, chain) => sum + weights[chain]);
    this.#count += 1;
    const add = weights.map((weight, chain) =>
      this.#weights[chain] > 0 ? weight / this.#weights[chain] : 0,
    );
    const keep = add.map((share) => 1 - share);
    engine.copy(this.#zero, this.#force);
    engine.kick(this.#force, position, gradient, 1);
    const [mean, square, meanForce, squareForce] = this.#averages;
    engine.accumulate(mean, { keep, add, of: position, power: 1, centred: true });
    engine.accumulate(square, { keep, add, of: position, power: 2, centred: true });
    engine.accumulate(meanForce, { keep, add, of: this.#force, power: 1 });
    engine.accumulate(squareForce, { keep, add, of: this.#force, power: 2 });
  }

  async pooled(): Promise<PooledMoments> {
    const [mean, square, meanForce, squareForce] = await this.#read();
    return {
      draws: this.#count * this.#engine.chains,
      variance: this.#varianceOf(mean, square),
      gradientVariance: this.#varianceOf(meanForce, squareForce),
    };
  }

  reset(): void {
    for (const average of this.#averages) this.#engine.copy(this.#zero, average);
    this.#weights = this.#weights.map(() => 0);
    this.#count = 0;
  }

  async save(): Promise<SavedMoments> {
    return { count: this.#count, weights: this.#weights, averages: await this.#read() };
  }

  restore(saved: SavedMoments): void {
    this.#count = saved.count;
    this.#weights = saved.weights;
    saved.averages.forEach((values, i) => {
      this.#engine.write(this.#averages[i], values);
    });
  }

  async #read(): Promise<Float64Array[]> {
    const values: Float64Array[] = [];
    for (const average of this.#averages) values.push(await this.#engine.read(average));
    return values;
  }

  #varianceOf(means: Float64Array, squares: Float64Array): Float64Array {
    const { chains, dim } = this.#engine;
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    const variance = new Float64Array(dim);
    for (let i = 0; i < dim; i++) {
      let mean = 0;
      let square = 0;
      for (let chain = 0; chain < chains; chain++) {
        // Passed over rather than multiplied by 0: a chain that never counted may hold no numbers.
        if (this.#weights[chain] === 0) continue;
        const share = this.#weights[chain] / total;
        mean += share * means[chain * dim + i];
        square += share * squares[chain * dim + i];
      }
      variance[i] = Math.max(0, square - mean * mean);
    }
    return variance;
  }
}
