import type { Batch, Engine } from '../engines/engine.ts';
import type { Stream } from '../rng/stream.ts';

/**
 * Where the gradients of a stochastic-gradient sampler come from: `size` rows, one of each of as
 * many equal shares of the data (`rng/stream.ts`), or all of them where `size` reaches the data or the loss has none.
 */
export class Minibatch {
  /** Whether every gradient is that of all data. */
  readonly exact: boolean;
  /** What one gradient costs, in full-data gradients. */
  readonly cost: number;
  readonly #size: number;
  readonly #streams: readonly Stream[];

  constructor(engine: Engine, size: number, streams: readonly Stream[]) {
    this.exact = engine.rows === 0 || size >= engine.rows;
    this.cost = this.exact ? 1 : size / engine.rows;
    this.#size = size;
    this.#streams = streams;
  }

  /** The rows of one step; null for all. `streams` replace the sampler's own. */
  at(step: number, streams: readonly Stream[] = this.#streams): Batch | null {
    return this.exact ? null : { streams, step, size: this.#size };
  }
}
