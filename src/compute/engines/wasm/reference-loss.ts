import type { LossFunction } from '../../targets/loss-function.ts';
import type { Problem } from '../../targets/problem.ts';
import { lossFunction } from '../../targets/reference.ts';
import type { EngineOptions } from '../engine.ts';
import type { AddressedLoss, GatheredBatch } from './addressed-loss.ts';
import type { Arena } from './arena.ts';

/** The reference loss of a problem that has no kernels, on numbers in an engine's memory. */
export class ReferenceLoss implements AddressedLoss {
  readonly #loss: LossFunction;
  readonly #arena: Arena;
  readonly #dtype: EngineOptions['dtype'];
  readonly #gradient: Float64Array;

  constructor(problem: Problem, dtype: EngineOptions['dtype'], arena: Arena) {
    this.#loss = lossFunction(problem);
    this.#arena = arena;
    this.#dtype = dtype;
    this.#gradient = new Float64Array(this.#loss.dim);
  }

  evaluate(position: number, gradient: number, batch: GatheredBatch | null): number {
    const { dim } = this.#loss;
    const numbers = (address: number) => this.#arena.numbers(this.#dtype, address, dim);
    const rows = batch === null ? null : this.#arena.integers(batch.indices, batch.size);
    const wanted = gradient === 0 ? null : this.#gradient;
    const value = this.#loss.evaluate(Float64Array.from(numbers(position)), wanted, rows);
    if (wanted !== null) numbers(gradient).set(wanted);
    return value;
  }
}
