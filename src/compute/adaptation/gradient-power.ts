import type { Batch, Engine, Slots, Vector } from '../engines/engine.ts';

/** What gradients at one position tell, a number a chain; G is the metric, or 1. */
export interface GradientPower {
  /** Σ G Var(∂_iU): what the choice of rows adds to the gradient; 0 with all rows. */
  readonly noise: readonly number[];
  /** Σ G (∂_iU)² without that noise; in equilibrium its mean is the trace of G∇²U. */
  readonly slope: readonly number[];
  /** ½nβ (w−w0)·∇L, which is nβ(L − L0) where L is quadratic. */
  readonly llc: readonly number[];
}

/** Rows of slots of one pair: the meters of both gradients, three each, and their difference. */
const DIFFERENCE = 6;
const PAIR_ROWS = 7;

/**
 * Compares gradients on independent batches two by two: half the square of their difference is the noise
 * and their product the slope, so that no gradient of all data is needed.
 */
export class GradientPowerMeter {
  readonly #engine: Engine;
  readonly #slots: Slots;
  readonly #zero: Vector;
  readonly #first: Vector;
  readonly #second: Vector;
  readonly #difference: Vector;

  /** @param pairs the most pairs that one measurement takes. */
  constructor(engine: Engine, pairs: number) {
    this.#engine = engine;
    this.#slots = engine.slots(PAIR_ROWS * pairs);
    this.#zero = engine.vector();
    this.#first = engine.vector();
    this.#second = engine.vector();
    this.#difference = engine.vector();
  }

  /** @param pairs independent batches; `[null, null]` takes one gradient of all rows, without noise. */
  async measure(
    position: Vector,
    metric: Vector | null,
    pairs: readonly (readonly [Batch | null, Batch | null])[],
  ): Promise<GradientPower> {
    const engine = this.#engine;
    const slots = this.#slots;
    pairs.forEach(([one, other], pair) => {
      const row = pair * PAIR_ROWS;
      engine.gradient(position, this.#first, one);
      if (other === null) engine.copy(this.#first, this.#second);
      else engine.gradient(position, this.#second, other);
      engine.meters(position, this.#first, metric, { slots, row });
      engine.meters(position, this.#second, metric, { slots, row: row + 3 });
      engine.copy(this.#zero, this.#difference);
      engine.kick(this.#difference, position, this.#first, 1);
      engine.kick(this.#difference, position, this.#second, -1);
      engine.kinetic(this.#difference, metric, { slots, row: row + DIFFERENCE });
    });
    const read = await engine.readSlots(slots);

    const meanOverPairs = (of: (value: (row: number) => number) => number): number[] =>
      Array.from({ length: engine.chains }, (_, chain) => {
        let sum = 0;
        for (let pair = 0; pair < pairs.length; pair++) {
          sum += of((row) => read[(pair * PAIR_ROWS + row) * engine.chains + chain]);
        }
        return sum / pairs.length;
      });
    return {
      noise: meanOverPairs((value) => value(DIFFERENCE)),
      slope: meanOverPairs((value) => 0.5 * (value(2) + value(5)) - value(DIFFERENCE)),
      llc: meanOverPairs((value) => 0.25 * engine.posterior.nbeta * (value(1) + value(4))),
    };
  }
}
