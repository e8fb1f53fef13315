/** What a step size is chosen by; all in units of the metric G, at the chains' own places. */
export interface Stiffness {
  /** Largest eigenvalue of G∇²U. */
  readonly curvature: number;
  /** Σ G Var(∂_iU) of the minibatches; 0 with all rows. */
  readonly noise: number;
  /** Trace of G∇²(nβL), the localisation left out: the directions that count in the estimate. */
  readonly slope: number;
  /** About the learning coefficient there, nβ(L − L0). */
  readonly llc: number;
}

/** What a step may do to the estimate and how near it may come to where it is no longer stable. */
export interface Daring {
  /** Share of the estimate that discretisation and minibatches may add, where that can be foreseen. */
  readonly bias: number;
  /** ε·λ_max of Langevin steps, which are stable below 4. */
  readonly langevin: Readonly<Record<LangevinScheme['scheme'], number>>;
}

export const SAMPLING: Daring = { bias: 0.01, langevin: { euler: 1, leimkuhler_matthews: 2 } };
/** For chains on their way to the posterior, which longer steps bring there sooner. */
export const ARRIVING: Daring = { bias: 0.05, langevin: { euler: 2, leimkuhler_matthews: 2 } };

/** ε·√λ_max of BAOAB; it is stable below 2. */
const BAOAB_STEP = 0.7;
/** ε·√λ_max of the BlackJAX scheme, which leaves the posterior beyond 0.2 (docs/samplers.md). */
const EXPLICIT_STEP = 0.1;
/** Steps whose noise needs a friction beyond this, times the step, are made shorter instead. */
const LARGEST_DAMPING = 2 * Math.atanh(0.5);

export interface LangevinScheme {
  readonly scheme: 'euler' | 'leimkuhler_matthews';
  /** β1 of the averaged gradient, 0 where the gradient is used as it comes. */
  readonly memory: number;
}

/**
 * ε of a Langevin step (half convention): as long as the stiffest direction allows, and no longer than
 * that the foreseen bias stays as small as asked for.
 */
export function langevinStepSize(
  stiffness: Stiffness,
  scheme: LangevinScheme,
  { bias, langevin }: Daring,
): number {
  const { curvature } = stiffness;
  const slope = firstOrderBias(stiffness, scheme);
  return Math.min(langevin[scheme.scheme] / curvature, bias / (slope + (bias * curvature) / 4));
}

/**
 * What the relative bias of the estimate does not exceed. A direction of curvature A with gradient noise of variance C
 * has a variance too large by the share (ε/4)(A + C)/(1 − εA/4); the scheme of Leimkuhler & Matthews (2013) is without
 * the first A, and an averaged gradient adds εA·β1/(2(1−β1)). Summed over directions with the weight that each has in
 * the estimate, this is (ε/8)(slope + noise) over 1 − εA/4, here that of the stiffest.
 */
export function langevinBias(
  stiffness: Stiffness,
  scheme: LangevinScheme,
  stepSize: number,
): number {
  return (
    (stepSize * firstOrderBias(stiffness, scheme)) / (1 - (stepSize * stiffness.curvature) / 4)
  );
}

/** The bias over ε, for ε → 0. */
function firstOrderBias(
  { noise, slope, llc }: Stiffness,
  { scheme, memory }: LangevinScheme,
): number {
  const share = (scheme === 'euler' ? 1 : 0) + (2 * memory) / (1 - memory);
  return (noise + share * slope) / (8 * llc);
}

export interface BaoabTuning {
  readonly stepSize: number;
  readonly friction: number;
}

/**
 * ε and friction α of BAOAB, each found where it is `'auto'`. Gradient noise heats the chain by
 * (ε²/4)coth(αε/2)·C: where that would be more of the estimate than asked for, more friction takes up the
 * heat, and where that would stop the momentum within a step, the step is made shorter.
 *
 * @param given.leastFriction the friction that suits the softest direction, used where noise asks for none
 */
export function baoabTuning(
  stiffness: Stiffness,
  given: {
    readonly stepSize: number | 'auto';
    readonly friction: number | 'auto';
    readonly leastFriction: number;
    readonly temperature: number;
  },
  { bias }: Daring,
): BaoabTuning {
  const { noise, llc, curvature } = stiffness;
  const { leastFriction, temperature } = given;
  // (ε²)·coth(αε/2) must stay below this.
  const budget = noise > 0 ? (8 * bias * llc * temperature) / noise : Number.POSITIVE_INFINITY;
  let { stepSize, friction } = given;
  if (stepSize === 'auto') {
    stepSize = BAOAB_STEP / Math.sqrt(curvature);
    if (friction === 'auto') {
      stepSize = Math.min(stepSize, Math.sqrt(budget * Math.tanh(LARGEST_DAMPING / 2)));
    } else if (friction > 0) {
      // Heat falls at least as fast as the step.
      while (stepSize ** 2 / Math.tanh(0.5 * friction * stepSize) > budget) stepSize *= 0.95;
    }
  }
  if (friction === 'auto') {
    const damping = Math.min(
      LARGEST_DAMPING,
      2 * Math.atanh(Math.min(stepSize ** 2 / budget, Math.tanh(LARGEST_DAMPING / 2))),
    );
    friction = Math.max(leastFriction, damping / stepSize);
  }
  return { stepSize, friction };
}

/** Relative bias of the estimate that gradient noise leaves at these settings. */
export function baoabBias(
  { noise, llc }: Stiffness,
  { stepSize, friction }: BaoabTuning,
  temperature: number,
): number {
  const heat = stepSize ** 2 / Math.tanh(0.5 * friction * stepSize);
  return (heat * noise) / (8 * llc * temperature);
}

/** ε of the scheme with the gradient at the old position. */
export function explicitStepSize({ curvature }: Stiffness): number {
  return EXPLICIT_STEP / Math.sqrt(curvature);
}
