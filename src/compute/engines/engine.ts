import type { Stream } from '../rng/stream.ts';
import type { Problem } from '../targets/problem.ts';

/**
 * The port between samplers and whatever does the arithmetic (plain TypeScript, threads, WebAssembly,
 * a GPU). A sampler is written once against it.
 *
 * An engine holds all chains of a job in one batch: a `Vector` is `chains x dim` numbers in the engine's
 * own memory and number type. Calls other than the reads only *enqueue*; nothing is promised to have
 * happened until a read resolves, so that threads and GPUs can run many steps a submission. A sampler
 * therefore reads as seldom as its algorithm allows, best once a block of steps. What was passed to a
 * call must not be changed afterwards: it may be used only when something is read.
 *
 * Scalars that results come back through are `Slots`: `count` rows of one f64 a chain. Losses and
 * reductions are accumulated in f64 (or compensated) whatever the number type.
 *
 * Everything random is named by a stream a chain and a step number (see `rng/stream.ts`); a chain's
 * numbers never depend on how chains are spread over threads or batches.
 *
 * The posterior is U(w) = nβ L(w) + (γ/2)‖w − w0‖², with ∇U assembled inside the fused operations from
 * the loss gradient that `gradient` wrote.
 */
export interface Engine {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly chains: number;
  readonly dim: number;
  /** Rows of data a minibatch may choose from; 0 where the loss has none (batches are then ignored). */
  readonly rows: number;
  readonly posterior: Posterior;

  /** A new vector of zeros. Vectors live as long as the engine. */
  vector(): Vector;
  /** New slots, all zero. */
  slots(count: number): Slots;
  /** All of a slot block's numbers ← 0. */
  clear(slots: Slots): void;

  /** Overwrites a vector with chains x dim numbers, chain after chain (rounded to the number type). */
  write(into: Vector, values: Float64Array): void;
  /** Waits for all that was enqueued, then copies out chains x dim numbers. */
  read(from: Vector): Promise<Float64Array>;
  /** Waits for all that was enqueued, then copies out count x chains numbers: `[row * chains + chain]`. */
  readSlots(from: Slots): Promise<Float64Array>;
  copy(from: Vector, into: Vector): void;
  /** into ← from for the chains whose mask is true. */
  copyWhere(mask: readonly boolean[], from: Vector, into: Vector): void;

  /** gradient ← ∇L over the batch (all rows when null); where `at` is given, its slot ← that L. */
  gradient(position: Vector, gradient: Vector, batch: Batch | null, at?: SlotRow): void;
  /** slot ← L over the batch (all rows when null). */
  loss(position: Vector, batch: Batch | null, at: SlotRow): void;

  /**
   * into ← keep·into + add·x^power, elementwise; x is `of`, or `of − w0` when `centred`. The moving
   * averages of the preconditioners and running moments.
   */
  accumulate(
    into: Vector,
    terms: { keep: PerChain; add: PerChain; of: Vector; power: 1 | 2; centred?: boolean },
  ): void;

  /**
   * into ← from − u·(own·(uᵀ from) + times·(uᵀ(of − w0))), u being `along`: what `stretched.ts` puts coordinates together
   * from. `from` may be `into`; `of` may be `from`, and is another than `into`.
   */
  deflate(
    from: Vector,
    into: Vector,
    terms: { along: Vector; own: number; of: Vector; times: number },
  ): void;
  /** slot += times·(uᵀ(of − w0))², u being `along`. */
  squareAlong(along: Vector, of: Vector, times: number, at: SlotRow): void;

  /**
   * One Langevin update in the half convention (science: w −= ½εG∇U, noise √(εG)z):
   * position −= ½ε G⊙(nβ·g + γ(w−w0)) + noise. G is `metric`, or 1 when null. With `scheme`
   * 'leimkuhler_matthews' the noise is ½√(εG)(z_step + z_{step+1}).
   */
  langevin(
    position: Vector,
    update: {
      gradient: Vector;
      stepSize: PerChain;
      metric: Vector | null;
      noise: Noise;
      scheme: 'euler' | 'leimkuhler_matthews';
    },
  ): void;

  /** momentum −= a·(nβ·g + γ(w−w0)), the loss gradient g taken at `position`. */
  kick(momentum: Vector, position: Vector, gradient: Vector, a: PerChain): void;
  /** position += a·D⊙momentum; D is `diagonal`, or 1 when null. */
  drift(position: Vector, momentum: Vector, a: PerChain, diagonal: Vector | null): void;
  /** momentum ← keep·momentum + add·z/√D, z ~ N(0, 1); D is the inverse mass, or 1 when null. */
  refresh(
    momentum: Vector,
    terms: { keep: PerChain; add: PerChain; inverseMass: Vector | null; noise: Noise },
  ): void;

  /**
   * The B step of isokinetic dynamics (science 3.3): rotates the unit vectors `direction` by the force
   * σ⊙∇log π over the time `a`, and adds ΔK to the slot. σ is `scale`, or 1 when null.
   */
  isokineticKick(
    direction: Vector,
    step: { position: Vector; gradient: Vector; a: PerChain; scale: Vector | null; at: SlotRow },
  ): void;
  /** The O step: direction ← normalise(direction + ν z). */
  isokineticRefresh(direction: Vector, nu: PerChain, noise: Noise): void;

  /** slot ← ½ Σ D⊙p². */
  kinetic(momentum: Vector, inverseMass: Vector | null, at: SlotRow): void;
  /**
   * Three free meters of where a chain stands (science 2), into the slots `at.row … at.row + 2`:
   * ‖w−w0‖², (w−w0)·g with g the loss gradient, and Σ G⊙(∇U)² (G is `metric`, or 1 when null).
   */
  meters(position: Vector, gradient: Vector, metric: Vector | null, at: SlotRow): void;
}

/** What an engine is made for. */
export interface EngineOptions {
  readonly problem: Problem;
  readonly posterior: Posterior;
  readonly chains: number;
  readonly dtype: 'float32' | 'float64';
}

/** nβ, γ and w0 (length dim, already rounded to the engine's number type). */
export interface Posterior {
  readonly nbeta: number;
  readonly gamma: number;
  readonly center: Float64Array;
}

/** A buffer of an engine, chains x dim; only the engine that made it can use it. */
export interface Vector {
  readonly id: number;
}

/** Result cells of an engine, count x chains. */
export interface Slots {
  readonly id: number;
  readonly count: number;
}

/** One row of slots: one number a chain. */
export interface SlotRow {
  readonly slots: Slots;
  readonly row: number;
}

/** The same number for all chains, or one each. */
export type PerChain = number | readonly number[];

/** The normals z(step, i) of one stream a chain. */
export interface Noise {
  readonly streams: readonly Stream[];
  readonly step: number;
}

/** `size` rows, those of `fillBatch`, named by one stream a chain and a step. */
export interface Batch {
  readonly streams: readonly Stream[];
  readonly step: number;
  readonly size: number;
}
