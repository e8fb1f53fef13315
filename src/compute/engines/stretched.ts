import type { Stretch } from '../targets/stretch.ts';
import type { Batch, Engine, Posterior, SlotRow, Slots, Vector } from './engine.ts';
import { forAllChains } from './for-all-chains.ts';

/**
 * An engine in whose coordinates the posterior's stiffest directions are stretched, so that samplers take the steps that the
 * others allow. With T = I − Σ s u uᵀ, u the directions and s how much of each is taken away:
 *
 *     w − w0 = T(y − w0)
 *
 * Positions are y; what is sampled is the same posterior of w. The gradient is g = T∇L − (γ/nβ)(I − T²)(y − w0), so that
 * nβ·g + γ(y − w0) is the gradient of U with respect to y; losses are those of w, and so are the first two meters,
 * ‖w−w0‖² and (w−w0)·∇L(w). `weightsOf` gives w.
 *
 * @returns the engine itself where nothing is stretched
 */
export function stretchedEngine(engine: Engine, stretch: Stretch): Engine {
  return stretch.directions.length === 0 ? engine : new StretchedEngine(engine, stretch);
}

/** A direction as the engine holds it. */
interface Direction {
  readonly along: Vector;
  /** s: what T takes away along it. */
  readonly taken: number;
  /** What T² takes away. */
  readonly takenTwice: number;
}

class StretchedEngine implements Engine {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly chains: number;
  readonly dim: number;
  readonly rows: number;
  readonly posterior: Posterior;

  readonly #engine: Engine;
  readonly #directions: readonly Direction[];
  /** w where losses are taken. */
  readonly #weights: Vector;

  constructor(engine: Engine, { directions }: Stretch) {
    this.#engine = engine;
    this.name = engine.name;
    this.dtype = engine.dtype;
    this.chains = engine.chains;
    this.dim = engine.dim;
    this.rows = engine.rows;
    this.posterior = engine.posterior;
    this.#weights = engine.vector();
    this.#directions = directions.map(({ along, taken }) => {
      const vector = engine.vector();
      engine.write(vector, forAllChains(engine, along));
      return { along: vector, taken, takenTwice: taken * (2 - taken) };
    });
  }

  vector(): Vector {
    return this.#engine.vector();
  }

  slots(count: number): Slots {
    return this.#engine.slots(count);
  }

  clear(slots: Slots): void {
    this.#engine.clear(slots);
  }

  write(into: Vector, values: Float64Array): void {
    this.#engine.write(into, values);
  }

  read(from: Vector): Promise<Float64Array> {
    return this.#engine.read(from);
  }

  readSlots(from: Slots): Promise<Float64Array> {
    return this.#engine.readSlots(from);
  }

  copy(from: Vector, into: Vector): void {
    this.#engine.copy(from, into);
  }

  copyWhere(mask: readonly boolean[], from: Vector, into: Vector): void {
    this.#engine.copyWhere(mask, from, into);
  }

  gradient(position: Vector, gradient: Vector, batch: Batch | null, at?: SlotRow): void {
    const { nbeta, gamma } = this.posterior;
    this.#engine.gradient(this.#weightsAt(position), gradient, batch, at);
    for (const { along, taken, takenTwice } of this.#directions) {
      const times = (gamma / nbeta) * takenTwice;
      this.#engine.deflate(gradient, gradient, { along, own: taken, of: position, times });
    }
  }

  loss(position: Vector, batch: Batch | null, at: SlotRow): void {
    this.#engine.loss(this.#weightsAt(position), batch, at);
  }

  meters(position: Vector, gradient: Vector, metric: Vector | null, at: SlotRow): void {
    const { nbeta, gamma } = this.posterior;
    this.#engine.meters(position, gradient, metric, at);
    for (const { along, takenTwice } of this.#directions) {
      const virial = { slots: at.slots, row: at.row + 1 };
      this.#engine.squareAlong(along, position, -takenTwice, at);
      this.#engine.squareAlong(along, position, (gamma / nbeta) * takenTwice, virial);
    }
  }

  accumulate(...args: Parameters<Engine['accumulate']>): void {
    this.#engine.accumulate(...args);
  }

  deflate(...args: Parameters<Engine['deflate']>): void {
    this.#engine.deflate(...args);
  }

  squareAlong(...args: Parameters<Engine['squareAlong']>): void {
    this.#engine.squareAlong(...args);
  }

  langevin(...args: Parameters<Engine['langevin']>): void {
    this.#engine.langevin(...args);
  }

  kick(...args: Parameters<Engine['kick']>): void {
    this.#engine.kick(...args);
  }

  drift(...args: Parameters<Engine['drift']>): void {
    this.#engine.drift(...args);
  }

  refresh(...args: Parameters<Engine['refresh']>): void {
    this.#engine.refresh(...args);
  }

  isokineticKick(...args: Parameters<Engine['isokineticKick']>): void {
    this.#engine.isokineticKick(...args);
  }

  isokineticRefresh(...args: Parameters<Engine['isokineticRefresh']>): void {
    this.#engine.isokineticRefresh(...args);
  }

  kinetic(...args: Parameters<Engine['kinetic']>): void {
    this.#engine.kinetic(...args);
  }

  /** w of a position, good until the next. */
  #weightsAt(position: Vector): Vector {
    let from = position;
    for (const { along, taken } of this.#directions) {
      const terms = { along, own: 0, of: position, times: taken };
      this.#engine.deflate(from, this.#weights, terms);
      from = this.#weights;
    }
    return this.#weights;
  }
}
