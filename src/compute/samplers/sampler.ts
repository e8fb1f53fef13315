import type { Vector } from '../engines/engine.ts';

/**
 * The contract of a sampler: all chains of a job advance together, transition by transition, through
 * warm-up into sampling. Adaptation is a function of the transition number and of the saved state, so a
 * sampler can be stopped after any block and restored on the same engine with the same bytes to follow.
 */
export interface Sampler {
  /** Transitions in all, warm-up included. */
  readonly total: number;
  /** Of these, the first so many adapt and are not recorded. */
  readonly warmup: number;
  /** Transitions done. */
  readonly done: number;
  /** Work done until now, split as `Work` says. */
  readonly work: Work;
  /** Settings found by adaptation, for metrics and the detail screen: step size, trajectory length … */
  readonly adaptation: Readonly<Record<string, number>>;
  /** Where the chains stand and in which metric (null: 1) they move; told by samplers with a fixed step alone. */
  readonly place?: { readonly position: Vector; readonly metric: Vector | null };

  /**
   * Runs up to `transitions` more (a block ends early at the end of warm-up and at the total) and
   * returns the draws recorded, in order; none during warm-up.
   */
  advance(transitions: number): Promise<readonly Draw[]>;

  /** Everything needed to go on: plain JSON and typed arrays, structured-clonable. */
  save(): Promise<SavedSampler>;
  /** Replaces this sampler's state with one that `save` of an equal sampler gave. */
  restore(saved: SavedSampler): void;
}

/** One recorded draw of all chains: each array has one number a chain. */
export interface Draw {
  /** Transition number, counted from the first after warm-up, starting at 0. */
  readonly transition: number;
  /** Full-data loss L(w), f64. */
  readonly loss: readonly number[];
  /**
   * Per-draw statistics by ArviZ's names where it has one: `acceptance_rate`, `diverging` (0 or 1),
   * `step_size`, `n_steps`, `energy`, `lp`, `energy_change`.
   */
  readonly stats: Readonly<Record<string, readonly number[]>>;
  /** Meters of the estimator; null where this draw has none. */
  readonly meters: Meters | null;
  /** The full position, chains x dim, on the draws that keep it (every `thin`-th transition); else null. */
  readonly position: Float64Array | null;
}

/** Numbers the virial and the verdict are made of, one a chain (science 2). */
export interface Meters {
  /** ‖w−w0‖². */
  readonly squaredDistance: readonly number[];
  /** (w−w0)·∇L_B(w) of a batch independent of w. */
  readonly virialLoss: readonly number[];
  /** Σ G⊙(∇U_B)², for the stochastic-gradient samplers; null elsewhere. */
  readonly gradientNorm: readonly number[] | null;
}

/** Gradient samples touched in full-data equivalents, per chain (science 3.1); data-less losses count 1. */
export interface Work {
  readonly sampling: number;
  readonly warmup: number;
  /** Loss evaluations for recording, forward only, also in full-data equivalents. */
  readonly evaluation: number;
}

export interface SavedSampler {
  readonly sampler: string;
  readonly state: Readonly<Record<string, unknown>>;
}
