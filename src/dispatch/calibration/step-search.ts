/** What one sampling at one step size showed. Dimensionless but for the step; NaN where it cannot be told. */
export interface Probe {
  /** In the sampler's own convention. */
  readonly stepSize: number;
  /** A chain left the numbers. */
  readonly diverged: boolean;
  /** 1 for chains that sample the posterior. */
  readonly virial: number;
  readonly virialSe: number;
  /** How far above 1 the virial must be by the step alone (Euler scheme); NaN where nobody can say. */
  readonly heat: number;
  /** A deviation of the virial times this is the relative error of the estimate, at worst; at least 1. */
  readonly lever: number;
  /** Mean acceptance of a Metropolis step of that size (MALA for SGLD), 0 … 1. */
  readonly acceptance: number;
  /** The chains had not arrived: they drift, or disagree. */
  readonly moving: boolean;
  readonly llc: number;
  readonly se: number;
  readonly ess: number;
}

/** A probe with what was asked for. */
export interface Tried {
  /** So many times the length that the configuration gives, warm-up and sampling. */
  readonly longer: number;
  readonly probe: Probe;
}

export type NextProbe =
  /** Null: the step that warm-up finds by itself from the curvature. */
  | { readonly kind: 'try'; readonly stepSize: number | null; readonly longer: number }
  | { readonly kind: 'found'; readonly best: Tried }
  | { readonly kind: 'none'; readonly why: string };

/** A step is too large above this virial (science: halve until below), or below this acceptance. */
const MOST_VIRIAL = 1.03;
const LEAST_ACCEPTANCE = 0.9;
/** The virial read as an error of the estimate, where most directions are flat. */
const MOST_READING = 0.1;
/** Standard errors by which the virial must exceed its limit before it counts. */
const CLEAR = 2;
/** Chains that have not arrived are given up to so many times the length. */
const MOST_LONGER = 4;
const MOST_PROBES = 12;
/** Two steps this near have no third between them that is worth a probe. */
const NEAR = 2.001;

/**
 * The next thing to try on the way to the largest step that is right by both witnesses: the virial, or for
 * the Euler scheme the gradient meter, which is the virial without its noise, and the acceptance of a
 * Metropolis step. From the step that warm-up finds it halves while a step is too large and doubles while
 * it is not, until two neighbours enclose the limit. A chain that diverges is a step too large; chains
 * that have not arrived are sampled for longer at the same step before it is judged.
 */
export function nextProbe(tried: readonly Tried[]): NextProbe {
  const last = tried.at(-1);
  if (last === undefined) return { kind: 'try', stepSize: null, longer: 1 };
  const { longer, probe } = last;
  if (!(probe.stepSize > 0)) {
    return { kind: 'none', why: 'warm-up found no step size: every chain was lost at once' };
  }
  const isLarge = whyTooLarge(probe) !== null;
  const spent = tried.length >= MOST_PROBES;
  if (probe.moving && !isLarge && longer < MOST_LONGER && !spent) {
    return { kind: 'try', stepSize: probe.stepSize, longer: 2 * longer };
  }
  const judged = tried.filter(
    ({ probe: { moving, stepSize } }, index) =>
      // Of one step the longest probe counts.
      !moving || !tried.slice(index + 1).some((later) => isSame(later.probe.stepSize, stepSize)),
  );
  const large = judged.filter(({ probe }) => whyTooLarge(probe) !== null);
  const least = Math.min(...large.map(({ probe }) => probe.stepSize));
  const well = judged.filter(({ probe }) => whyTooLarge(probe) === null && probe.stepSize < least);
  if (well.length === 0) {
    if (spent) return { kind: 'none', why: noneWhy(tried) };
    return { kind: 'try', stepSize: least / 2, longer };
  }
  const best = well.reduce((a, b) => (b.probe.stepSize >= a.probe.stepSize ? b : a));
  const enclosed = least <= NEAR * best.probe.stepSize;
  if (enclosed || spent) return { kind: 'found', best };
  const next =
    large.length === 0 ? 2 * best.probe.stepSize : Math.sqrt(least * best.probe.stepSize);
  return { kind: 'try', stepSize: next, longer };
}

/** Why a step is too large, in words for people; null where nothing says so. */
export function whyTooLarge(probe: Probe): string | null {
  const { virial, virialSe, heat, lever, acceptance, moving } = probe;
  if (probe.diverged) return 'chains diverge';
  if (acceptance < LEAST_ACCEPTANCE) {
    return `acceptance ${acceptance.toFixed(2)} is below ${LEAST_ACCEPTANCE}`;
  }
  if (heat > MOST_VIRIAL - 1) return `the gradients make the virial ${(1 + heat).toFixed(3)}`;
  // What is off beyond the heat, or while chains move, is no fault of the step.
  if (moving || Number.isFinite(heat)) return null;
  const excess = virial - 1;
  if (excess - CLEAR * virialSe > 0 && excess > MOST_VIRIAL - 1) {
    return `the virial is ${virial.toFixed(3)}`;
  }
  if (lever * (excess - CLEAR * virialSe) > MOST_READING) {
    return `the virial ${virial.toFixed(4)} can be ${Math.round(100 * lever * excess)} % of the estimate`;
  }
  return null;
}

/** Up to the rounding of a mean. */
function isSame(one: number, other: number): boolean {
  return Math.abs(one / other - 1) < 1e-9;
}

function noneWhy(tried: readonly Tried[]): string {
  const smallest = tried.reduce((a, b) => (b.probe.stepSize < a.probe.stepSize ? b : a)).probe;
  return (
    `after ${tried.length} probes down to ${smallest.stepSize.toPrecision(2)} every step is too large ` +
    `(${whyTooLarge(smallest)})`
  );
}
