/**
 * How the warm-up of unadjusted MCLMC is spent (Robnik, De Luca, Silverstein & Seljak 2023; fractions as in
 * BlackJAX): each field is the first transition after its phase.
 */
export interface MclmcPhases {
  /** The step size settles. */
  readonly step: number;
  /** The step size goes on settling while the posterior's variances are gathered. */
  readonly variance: number;
  /** With the metric renewed, the step size settles again; empty without a preconditioner. */
  readonly readapt: number;
  /** With the step size fixed, the autocorrelation is measured. */
  readonly correlation: number;
  /** Two checks of the energy error, after one and two thirds of the burn-in that is left. */
  readonly checks: readonly [number, number];
}

const FRACTION = 0.1;

/** @param budget transitions of warm-up, >= 0. */
export function mclmcPhases(budget: number, preconditioned: boolean): MclmcPhases {
  const tenth = Math.round(FRACTION * budget);
  const step = tenth;
  const variance = step + tenth;
  const readapt = variance + (preconditioned ? Math.round(tenth / 3) : 0);
  const correlation = readapt + tenth;
  const third = Math.floor(Math.max(0, budget - correlation) / 3);
  return {
    step,
    variance,
    readapt,
    correlation,
    checks: [correlation + third, correlation + 2 * third],
  };
}
