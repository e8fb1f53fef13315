import type { Summary } from './summary.ts';

/** A difference in standard errors that is not chance; a drift has to be clearer, as every run is looked at. */
const SIGNIFICANT = 3;
const DRIFT_SIGNIFICANT = 3.5;
/** The virial's distance from what is due: as it is, and read as a relative error of λ̂. */
export const VIRIAL_DOUBTFUL = 0.03;
export const READING_DOUBTFUL = 0.1;
/** R̂ of the distance to w0. Above this the chains still travel; */
const DISTANCE_RHAT_DOUBTFUL = 1.5;
/** above this, they do if the drift is no chance; */
const DISTANCE_RHAT_DRIFT = 1.1;
/** below this they have settled. */
const DISTANCE_RHAT_SETTLED = 1.05;
/** Chains of which L alone has such an R̂ are not in one posterior. */
const RHAT_APART = 1.1;
/** λ̂ below half a direction is judged as half a direction. */
const LEAST_SCALE = 0.5;

/** What λ̂ is compared with when an error is called large or small. */
export function scaleOf({ llc }: Summary): number {
  return Math.max(Math.abs(llc), LEAST_SCALE);
}

/**
 * A deviation of the virial as a relative error of λ̂, at worst: were it all in the 2λ̂ directions that the
 * loss bends, it would be spread over d/(2λ̂) times fewer.
 */
export function readAsError(summary: Summary, deviation: number): number {
  return deviation * Math.max(1, summary.dim / (2 * scaleOf(summary)));
}

/**
 * The virial's deviation from `due` as a relative error of λ̂. The error of unadjusted MCLMC is the same in
 * all directions once the chains have settled (on normal posteriors its virial is the ratio of λ̂ to λ), so
 * there it stands as it is.
 */
export function virialReading(summary: Summary, due = 1): number {
  const { sampler, distanceRhat, distance } = summary;
  const settled = distanceRhat < DISTANCE_RHAT_SETTLED && Math.abs(distance.z) <= SIGNIFICANT;
  const even = sampler === 'mclmc' && !isMetropolised(summary) && settled;
  return even ? summary.virial - due : readAsError(summary, summary.virial - due);
}

/** 1, or with the Euler scheme what its step makes of it. */
export function dueVirial({ gradientMeter }: Summary): number {
  return Number.isFinite(gradientMeter) ? gradientMeter : 1;
}

/** Whether the virial differs from a value by more than chance. */
export function differs({ virial, virialSe }: Summary, from: number): boolean {
  return Math.abs(virial - from) > SIGNIFICANT * virialSe;
}

/** Whether the virial is off by more than chance and by more than is harmless, and what that is a sign of. */
export function virialOff(summary: Summary): 'burn-in' | 'step' | null {
  const due = dueVirial(summary);
  const deviation = summary.virial - due;
  const large =
    Math.abs(deviation) > VIRIAL_DOUBTFUL ||
    Math.abs(virialReading(summary, due)) > READING_DOUBTFUL;
  if (!large || !differs(summary, due)) return null;
  // Metropolis leaves no bias, and the Euler scheme's own is subtracted: what is left is burn-in.
  const unbiased = isMetropolised(summary) || Number.isFinite(summary.gradientMeter);
  const moving = drifts(summary) || llcDrifts(summary) || summary.rhat > RHAT_APART;
  // Only MCLMC errs to the cold side by its step.
  const cold = deviation < 0 && summary.sampler !== 'mclmc';
  return unbiased || moving || cold ? 'burn-in' : 'step';
}

/** Whether the chains' distances to w0 have not settled. */
export function drifts({ distance, distanceRhat }: Summary): boolean {
  return (
    distanceRhat > DISTANCE_RHAT_DOUBTFUL ||
    (distanceRhat > DISTANCE_RHAT_DRIFT && Math.abs(distance.z) > DRIFT_SIGNIFICANT)
  );
}

/** Whether the loss differs between the halves of the chains by more than chance. */
export function llcDrifts({ llcTrend }: Summary): boolean {
  return Math.abs(llcTrend.z) > DRIFT_SIGNIFICANT;
}

/** Moves are accepted or rejected, which leaves no bias of the step. */
export function isMetropolised({ sampler, acceptance }: Summary): boolean {
  return sampler === 'hmc' || Number.isFinite(acceptance);
}
