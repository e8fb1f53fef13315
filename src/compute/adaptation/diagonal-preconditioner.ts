import type { Engine, Vector } from '../engines/engine.ts';
import { type Preconditioner, pooledOverChains } from './preconditioner.ts';

/** The weight, in draws, of the first diagonal against what the chains see. */
const PRIOR_DRAWS = 5;

/**
 * The posterior's own variances as far as they are known, `scale`²; halfway through warm-up the geometric
 * mean with the inverse of (∂_iU)² averaged over the second quarter and over all chains, since
 * E[(∂_iU)²] = E[∂_iiU] for every density. The mean keeps half of what either is wrong by, in the
 * logarithm. With minibatches the average holds their noise too: it makes the metric smaller where
 * gradients are noisy, which is on the safe side, and its common factor goes into the step size.
 */
export class DiagonalPreconditioner implements Preconditioner {
  readonly metric: Vector;
  readonly #engine: Engine;
  readonly #from: number;
  readonly #renewal: number;
  readonly #zero: Vector;
  readonly #force: Vector;
  readonly #squares: Vector;
  #diagonal: Float64Array;
  #seen = 0;

  /** @param scale standard deviations, length dim. */
  constructor(engine: Engine, scale: Float64Array, warmup: number) {
    this.#engine = engine;
    this.#from = Math.floor(warmup / 4);
    this.#renewal = Math.floor(warmup / 2);
    this.metric = engine.vector();
    this.#zero = engine.vector();
    this.#force = engine.vector();
    this.#squares = engine.vector();
    this.#diagonal = scale.map((deviation) => deviation * deviation);
    this.#install(this.#diagonal);
  }

  get total(): number {
    return this.#diagonal.reduce((sum, value) => sum + value, 0);
  }

  looksAt(step: number): boolean {
    return step === this.#renewal;
  }

  observe(step: number, position: Vector, gradient: Vector): void {
    if (step < this.#from || step >= this.#renewal) return;
    this.#seen += 1;
    this.#average(1 - 1 / this.#seen, 1 / this.#seen, position, gradient);
  }

  async renew(step: number): Promise<boolean> {
    if (step !== this.#renewal || this.#seen === 0) return false;
    const pooled = pooledOverChains(await this.#engine.read(this.#squares), this.#engine.chains);
    if (pooled === null) return false;
    const draws = this.#seen * pooled.chains;
    const share = 0.5 * (draws / (draws + PRIOR_DRAWS));
    this.#install(
      this.#diagonal.map((before, i) => {
        const square = pooled.mean[i];
        return square > 0 ? before ** (1 - share) * square ** -share : before;
      }),
    );
    return true;
  }

  replaced(chains: readonly boolean[], position: Vector, gradient: Vector): void {
    if (this.#seen === 0) return;
    // Their averages begin again with what they see now; 0 first, since 0 times no number is none.
    this.#engine.copyWhere(chains, this.#zero, this.#squares);
    this.#average(
      chains.map((yes) => (yes ? 0 : 1)),
      chains.map((yes) => (yes ? 1 : 0)),
      position,
      gradient,
    );
  }

  async save(): Promise<Readonly<Record<string, unknown>>> {
    const squares = await this.#engine.read(this.#squares);
    return { diagonal: this.#diagonal, squares, seen: this.#seen };
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    this.#seen = saved['seen'] as number;
    this.#engine.write(this.#squares, saved['squares'] as Float64Array);
    this.#install(saved['diagonal'] as Float64Array);
  }

  #average(
    keep: number | readonly number[],
    add: number | readonly number[],
    position: Vector,
    gradient: Vector,
  ): void {
    this.#engine.copy(this.#zero, this.#force);
    this.#engine.kick(this.#force, position, gradient, 1);
    this.#engine.accumulate(this.#squares, { keep, add, of: this.#force, power: 2 });
  }

  #install(diagonal: Float64Array): void {
    this.#diagonal = diagonal;
    const { chains, dim } = this.#engine;
    const all = new Float64Array(chains * dim);
    for (let chain = 0; chain < chains; chain++) all.set(diagonal, chain * dim);
    this.#engine.write(this.metric, all);
  }
}
