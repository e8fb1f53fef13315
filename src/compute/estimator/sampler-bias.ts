import type { SamplerName } from '../settings.ts';

/**
 * What a sampler makes of one coordinate of a normal posterior with precision A: the stationary variance
 * times A, 1 where it is unbiased. NaN where the scheme is not stable.
 */
export type StationaryRatio = (precision: number) => number;

/**
 * The Euler scheme of Langevin dynamics in the half convention, w −= ½εGg, noise √(εG)z: 1/(1 − εGA/4),
 * stable for εGA < 4. Gradient noise of variance C, independent of w, multiplies by 1 + εGC/4.
 */
export function eulerRatio(options: {
  stepSize: number;
  metric?: number;
  noiseVariance?: number;
}): StationaryRatio {
  const { stepSize, metric = 1, noiseVariance = 0 } = options;
  const step = stepSize * metric;
  return (precision) =>
    step * precision < 4
      ? (1 + (step * noiseVariance) / 4) / (1 - (step * precision) / 4)
      : Number.NaN;
}

/**
 * Langevin dynamics with the noise ½√(εG)(z_k + z_{k+1}) of Leimkuhler & Matthews (2013): 1 at every stable
 * step, εGA < 4. Gradient noise of variance C adds (εGC/4)/(1 − εGA/4).
 */
export function leimkuhlerMatthewsRatio(options: {
  stepSize: number;
  metric?: number;
  noiseVariance?: number;
}): StationaryRatio {
  const { stepSize, metric = 1, noiseVariance = 0 } = options;
  const step = stepSize * metric;
  return (precision) =>
    step * precision < 4
      ? 1 + (step * noiseVariance) / 4 / (1 - (step * precision) / 4)
      : Number.NaN;
}

/** BAOAB with exact gradients: 1 at every stable step, ε√(A/m) < 2 (Leimkuhler & Matthews 2013). */
export function baoabRatio(options: { stepSize: number; inverseMass?: number }): StationaryRatio {
  const { stepSize, inverseMass = 1 } = options;
  return (precision) => (stepSize * Math.sqrt(precision * inverseMass) < 2 ? 1 : Number.NaN);
}

/**
 * BlackJAX's SGHMC: a fresh momentum, then L times w += εp, p ← (1 − αε)p − εAw + √(2αε)z with the gradient
 * at the old w. Neither the momentum nor this integrator keeps the posterior: L/(L − 1) for ε → 0, more for
 * larger steps, and NaN from the step on at which it is unstable.
 */
export function blackjaxSghmcRatio(options: {
  stepSize: number;
  friction: number;
  integrationSteps: number;
}): StationaryRatio {
  const { stepSize, friction, integrationSteps } = options;
  return (precision) => {
    // Row 0 of M^k, M = [[1, ε], [−εA, 1 − αε]]; noise 2αε enters the momentum at each of the L steps.
    let position = 1;
    let momentum = 0;
    let noise = 0;
    for (let k = 0; k < integrationSteps; k++) {
      noise += 2 * friction * stepSize * momentum * momentum;
      [position, momentum] = [
        position - stepSize * precision * momentum,
        stepSize * position + (1 - friction * stepSize) * momentum,
      ];
    }
    const contraction = position * position;
    return contraction < 1
      ? (precision * (momentum * momentum + noise)) / (1 - contraction)
      : Number.NaN;
  };
}

/** The sampler whose bias is asked for, as it ran. */
export interface SteppedSampler {
  readonly sampler: SamplerName;
  /** `sgld_scheme` or `sghmc_scheme`; null for the others. */
  readonly scheme: string | null;
  /** NaN where the sampler has none. */
  readonly stepSize: number;
  /** G of SGLD or the inverse mass of BAOAB, one a coordinate. Default all 1. */
  readonly metric?: ArrayLike<number>;
  /** α of the scheme `blackjax`. */
  readonly friction?: number;
  /** L of the scheme `blackjax`. Default 10. */
  readonly integrationSteps?: number;
}

/**
 * What a sampler with exact gradients estimates on a quadratic loss at its step size, ½ Σ s_i (vA)_i.
 *
 * @param precisions A_i = nβh_i + γ.
 * @param shares s_i = nβh_i/A_i.
 * @returns NaN where the step is not stable, and for unadjusted MCLMC, which has no closed form.
 */
export function biasedQuadraticLlc(
  precisions: ArrayLike<number>,
  shares: ArrayLike<number>,
  how: SteppedSampler,
): number {
  let sum = 0;
  for (let i = 0; i < precisions.length; i++) {
    sum += shares[i] * ratioOf(how, how.metric?.[i] ?? 1)(precisions[i]);
  }
  return sum / 2;
}

function ratioOf(how: SteppedSampler, metric: number): StationaryRatio {
  const { sampler, scheme, stepSize } = how;
  switch (sampler) {
    case 'sgld':
      return scheme === 'euler'
        ? eulerRatio({ stepSize, metric })
        : leimkuhlerMatthewsRatio({ stepSize, metric });
    case 'sghmc':
      return scheme === 'blackjax'
        ? blackjaxSghmcRatio({
            stepSize,
            friction: how.friction ?? Number.NaN,
            integrationSteps: how.integrationSteps ?? 10,
          })
        : baoabRatio({ stepSize, inverseMass: metric });
    case 'hmc':
      return () => 1;
    case 'mclmc':
      return () => Number.NaN;
  }
}
