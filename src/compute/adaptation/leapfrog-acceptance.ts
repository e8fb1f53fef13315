import type { Engine, Slots, Vector } from '../engines/engine.ts';
import type { Stream } from '../rng/stream.ts';

const KINETIC = 0;
const LOSS = 1;
const METERS = 2;
const ROWS_A_POINT = 5;

/**
 * How well a step size follows the posterior, seen from where the chains stand: the probability with which
 * Metropolis would accept one leapfrog step of size h with a fresh momentum and full gradients. A Langevin
 * step ε of the half convention is the leapfrog step h = √ε, so for SGLD this is the acceptance of MALA
 * (Roberts & Tweedie 1996). It takes nothing from the chains: they do not move, and its random numbers are
 * its own.
 */
export class LeapfrogAcceptance {
  readonly #engine: Engine;
  readonly #streams: readonly Stream[];
  readonly #zero: Vector;
  readonly #position: Vector;
  readonly #gradient: Vector;
  readonly #momentum: Vector;
  readonly #slots: Slots;
  #measured = 0;

  /** @param streams one a chain, for momenta. */
  constructor(engine: Engine, streams: readonly Stream[]) {
    this.#engine = engine;
    this.#streams = streams;
    this.#zero = engine.vector();
    this.#position = engine.vector();
    this.#gradient = engine.vector();
    this.#momentum = engine.vector();
    this.#slots = engine.slots(2 * ROWS_A_POINT);
  }

  /**
   * @param metric the inverse mass; null for 1.
   * @param step h.
   * @returns one probability a chain; 0 where the step ended in no number.
   */
  async measure(position: Vector, metric: Vector | null, step: number): Promise<number[]> {
    const engine = this.#engine;
    const momentum = this.#momentum;
    engine.copy(position, this.#position);
    engine.copy(this.#zero, momentum);
    const noise = { streams: this.#streams, step: this.#measured };
    this.#measured += 1;
    engine.refresh(momentum, { keep: 0, add: 1, inverseMass: metric, noise });
    this.#enqueuePoint(metric, 0);
    engine.kick(momentum, this.#position, this.#gradient, step / 2);
    engine.drift(this.#position, momentum, step, metric);
    this.#enqueueGradient(1);
    engine.kick(momentum, this.#position, this.#gradient, step / 2);
    this.#enqueueEnergies(metric, 1);

    const read = await engine.readSlots(this.#slots);
    const { chains, posterior } = engine;
    const energy = (point: 0 | 1, chain: number) => {
      const row = (index: number) => read[(point * ROWS_A_POINT + index) * chains + chain];
      return row(KINETIC) + posterior.nbeta * row(LOSS) + 0.5 * posterior.gamma * row(METERS);
    };
    return Array.from({ length: chains }, (_, chain) => {
      const accepted = Math.exp(energy(0, chain) - energy(1, chain));
      return Number.isNaN(accepted) ? 0 : Math.min(1, accepted);
    });
  }

  #enqueuePoint(metric: Vector | null, point: 0 | 1): void {
    this.#enqueueGradient(point);
    this.#enqueueEnergies(metric, point);
  }

  #enqueueGradient(point: 0 | 1): void {
    const at = { slots: this.#slots, row: point * ROWS_A_POINT + LOSS };
    this.#engine.gradient(this.#position, this.#gradient, null, at);
  }

  #enqueueEnergies(metric: Vector | null, point: 0 | 1): void {
    const row = point * ROWS_A_POINT;
    this.#engine.kinetic(this.#momentum, metric, { slots: this.#slots, row: row + KINETIC });
    this.#engine.meters(this.#position, this.#gradient, metric, {
      slots: this.#slots,
      row: row + METERS,
    });
  }
}
