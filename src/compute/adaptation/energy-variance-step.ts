/**
 * Finds the step size of one chain of unadjusted MCLMC at which the variance of the energy error a
 * coordinate, E[ΔE²]/d, is the desired one, from the law ΔE² ∝ h⁶ (Robnik, De Luca, Silverstein & Seljak
 * 2023, appendix on tuning; constants as in BlackJAX). Plain numbers: it is saved as it is.
 */
export interface EnergyVarianceStep {
  /** Running weighted sum of ξ/h⁶, ξ = ΔE²/(d · desired). */
  readonly sum: number;
  /** Running sum of the weights. */
  readonly weight: number;
  readonly stepSize: number;
  /** No step beyond this: lowered where one has ended in no number. */
  readonly largest: number;
}

const TRUST = 1.5;
const EFFECTIVE_STEPS = 150;
const DECAY = (EFFECTIVE_STEPS - 1) / (EFFECTIVE_STEPS + 1);
const BACK_OFF = 0.8;

export function startEnergyVarianceStep(
  stepSize: number,
  largest = Number.MAX_VALUE,
): EnergyVarianceStep {
  return { sum: 0, weight: 0, stepSize, largest };
}

/** @param energyChange ΔE of a step of size `state.stepSize`; not finite where it diverged. */
export function updateEnergyVarianceStep(
  state: EnergyVarianceStep,
  energyChange: number,
  { dim, desired }: { dim: number; desired: number },
): EnergyVarianceStep {
  const { stepSize } = state;
  if (!Number.isFinite(energyChange)) {
    const largest = BACK_OFF * stepSize;
    return { ...state, largest, stepSize: largest };
  }
  const ratio = energyChange ** 2 / (dim * desired) + 1e-8;
  // Little weight to steps far from the desired error, where the law does not hold.
  const trusted = Math.exp(-0.5 * (Math.log(ratio) / (6 * TRUST)) ** 2);
  const sum = DECAY * state.sum + trusted * (ratio / stepSize ** 6);
  const weight = DECAY * state.weight + trusted;
  return {
    sum,
    weight,
    stepSize: Math.min((sum / weight) ** (-1 / 6), state.largest),
    largest: state.largest,
  };
}

/**
 * Lowers a step size that was found with `updateEnergyVarianceStep` to what the plain mean of ΔE² asks for.
 * The running average trusts rare large errors little; on singular posteriors, where a step is far too large
 * for narrow places only, they are most of the variance. Never raises it.
 *
 * @param meanSquare mean of ΔE² over steps of size `stepSize`.
 */
export function checkedStepSize(
  stepSize: number,
  meanSquare: number,
  { dim, desired }: { dim: number; desired: number },
): number {
  const ratio = meanSquare / (dim * desired);
  return ratio > 1 ? stepSize * ratio ** (-1 / 6) : stepSize;
}
