import type { Engine, SlotRow, Vector } from '../engines/engine.ts';
import type { MclmcSettings } from '../settings.ts';

/**
 * A symmetric splitting of isokinetic Hamiltonian dynamics into force updates B and position updates A
 * (Robnik, De Luca, Silverstein & Seljak 2023): B kicks[0] A drifts[0] B kicks[1] … B kicks[last], in
 * fractions of the step. One gradient an A, the one before the first B being carried over.
 */
export interface IsokineticWord {
  readonly kicks: readonly number[];
  readonly drifts: readonly number[];
}

/** Velocity Verlet; McLachlan 1995; Yoshida-like and Omelyan, Mryglod & Folk 2003 in BlackJAX's numbers. */
export const ISOKINETIC_WORDS: Record<MclmcSettings['mclmc_integrator'], IsokineticWord> = {
  isokinetic_velocity_verlet: { kicks: [0.5, 0.5], drifts: [1] },
  isokinetic_mclachlan: symmetric([0.1931833275037836], [0.5], 'kick'),
  isokinetic_yoshida: symmetric([0.11888010966548], [0.29619504261126], 'drift'),
  isokinetic_omelyan: symmetric(
    [0.08398315262876693, 0.6822365335719091],
    [0.2539785108410595, -0.03230286765269967],
    'drift',
  ),
};

/** The whole palindrome from its first coefficients and which kind stands in the middle; each sums to 1. */
function symmetric(
  kicks: readonly number[],
  drifts: readonly number[],
  middle: 'kick' | 'drift',
): IsokineticWord {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  if (middle === 'kick') {
    return {
      kicks: [...kicks, 1 - 2 * sum(kicks), ...kicks.toReversed()],
      drifts: [...drifts, ...drifts.toReversed()],
    };
  }
  const half = [...kicks, 0.5 - sum(kicks)];
  return {
    kicks: [...half, ...half.toReversed()],
    drifts: [...drifts, 1 - 2 * sum(drifts), ...drifts.toReversed()],
  };
}

/** What moves: vectors of an engine; `gradient` is ∇L at `position` before and after a step. */
export interface IsokineticState {
  readonly position: Vector;
  /** A unit vector a chain. */
  readonly direction: Vector;
  readonly gradient: Vector;
}

/**
 * Enqueues one deterministic step of every chain. ΔK is added to the row `kinetic`, and the loss at
 * the end put into the row `loss` where one is given.
 *
 * @param step.sizes one a chain, in units of σ.
 * @param step.scale σ, standard deviations that precondition the position; null for 1.
 */
export function enqueueIsokineticStep(
  engine: Engine,
  { position, direction, gradient }: IsokineticState,
  step: {
    readonly word: IsokineticWord;
    readonly sizes: readonly number[];
    readonly scale: Vector | null;
    readonly kinetic: SlotRow;
    readonly loss: SlotRow | null;
  },
): void {
  const { word, sizes, scale, kinetic, loss } = step;
  const fraction = (part: number) => sizes.map((size) => part * size);
  const kick = (part: number) =>
    engine.isokineticKick(direction, {
      position,
      gradient,
      a: fraction(part),
      scale,
      at: kinetic,
    });
  kick(word.kicks[0]);
  word.drifts.forEach((drift, i) => {
    engine.drift(position, direction, fraction(drift), scale);
    const last = i === word.drifts.length - 1;
    if (last && loss) engine.gradient(position, gradient, null, loss);
    else engine.gradient(position, gradient, null);
    kick(word.kicks[i + 1]);
  });
}

/**
 * ν of the partial refreshment over a time, √((e^{2t/L} − 1)/d), for the momentum decoherence length L.
 */
export function refreshAmount(time: number, length: number, dim: number): number {
  // Beyond this exponent nothing is left of the old direction, and the squares stay within f32.
  return Math.sqrt(Math.expm1(Math.min(40, (2 * time) / length)) / dim);
}
