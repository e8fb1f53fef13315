import type { Engine, SlotRow, Slots, Vector } from '../engines/engine.ts';

/** Where the chains stand, as the host knows it: each array one number a chain. */
export interface Standing {
  /** L(w) over all data. */
  readonly loss: readonly number[];
  /** ‖w−w0‖². */
  readonly squaredDistance: readonly number[];
  /** (w−w0)·∇L(w). */
  readonly virialLoss: readonly number[];
}

/** Rows of slots that a standing takes. */
export const STANDING_ROWS = 4;

/** Enqueues the meters of a standing beside the loss, which `gradient` puts into the row `at`. */
export function enqueueMeters(
  engine: Engine,
  position: Vector,
  gradient: Vector,
  at: SlotRow,
): void {
  engine.meters(position, gradient, null, { slots: at.slots, row: at.row + 1 });
}

/** The standing that `gradient` and `enqueueMeters` left from `row` on. */
export function standingFrom(rows: SlotRows, row: number): Standing {
  return { loss: rows(row), squaredDistance: rows(row + 1), virialLoss: rows(row + 2) };
}

/** U(w) = nβ L(w) + (γ/2)‖w−w0‖², one a chain. */
export function potentialOf(engine: Engine, { loss, squaredDistance }: Standing): number[] {
  const { nbeta, gamma } = engine.posterior;
  return loss.map((value, chain) => nbeta * value + 0.5 * gamma * squaredDistance[chain]);
}

/** The first standing for the chains whose mask is true, the second for the others. */
export function chooseStanding(
  mask: readonly boolean[],
  chosen: Standing,
  otherwise: Standing,
): Standing {
  return {
    loss: choose(mask, chosen.loss, otherwise.loss),
    squaredDistance: choose(mask, chosen.squaredDistance, otherwise.squaredDistance),
    virialLoss: choose(mask, chosen.virialLoss, otherwise.virialLoss),
  };
}

export function choose(
  mask: readonly boolean[],
  chosen: readonly number[],
  otherwise: readonly number[],
): number[] {
  return mask.map((yes, chain) => (yes ? chosen[chain] : otherwise[chain]));
}

/** One row of slots that were read: a number a chain. */
export type SlotRows = (row: number) => number[];

export async function readRows(engine: Engine, slots: Slots): Promise<SlotRows> {
  const { chains } = engine;
  const values = await engine.readSlots(slots);
  return (row) => Array.from(values.subarray(row * chains, (row + 1) * chains));
}
