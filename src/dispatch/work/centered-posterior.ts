import { trainingLoss } from '../../compute/engines/training-loss.ts';
import type { Dtype } from '../../compute/settings.ts';
import { buildTarget, type Target } from '../../compute/targets/build-target.ts';
import { type PosteriorTerms, posteriorTerms } from '../../compute/targets/posterior.ts';
import { lossFunction } from '../../compute/targets/reference.ts';
import { posteriorScale } from '../../compute/targets/scale.ts';
import { NO_STRETCH, type Stretch, stiffestDirections } from '../../compute/targets/stretch.ts';
import type { Config } from '../config/schema.ts';
import { JobFailure } from './job-failure.ts';

/** What is sampled, ready for an engine. */
export interface CenteredPosterior {
  readonly terms: PosteriorTerms;
  /** w0 as the engine holds it. */
  readonly center: Float64Array;
  /** L0, the loss over all data at exactly this centre, f64. */
  readonly baseline: number;
  /** ‖∇L‖ there. */
  readonly gradientNorm: number;
  /** The posterior's own scale, a standard deviation a coordinate. */
  readonly scale: Float64Array;
  /** What of it samplers stretch. */
  readonly stretch: Stretch;
}

/** The target of a configuration; one that describes none is a failure of its kind. */
export function targetOf(config: Config): Target {
  return checked(() => buildTarget(config));
}

/** The posterior around weights, in the number type that they will be sampled in. */
export function centeredPosterior(
  { problem, dim }: Target,
  weights: Float64Array,
  config: Config,
  dtype: Dtype,
): CenteredPosterior {
  const terms = checked(() => posteriorTerms(config, dim));
  const center = dtype === 'float32' ? weights.map(Math.fround) : weights.slice();
  const gradient = new Float64Array(dim);
  const baseline = lossFunction(problem).evaluate(center, gradient, null);
  const scale = posteriorScale(problem, center, terms);
  if (!scale.every(Number.isFinite)) {
    throw new JobFailure(
      'config',
      `the posterior is improper: with gamma ${terms.gamma} nothing holds the directions in which the ` +
        'loss never rises. Give a gamma above 0 or a prior_radius.',
    );
  }
  const { stretch_directions: count } = config;
  const stretch =
    count === 0
      ? NO_STRETCH
      : stiffestDirections(trainingLoss(problem), center, scale, terms, count);
  const gradientNorm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
  return { terms, center, baseline, gradientNorm, scale, stretch };
}

/** Settings that the configuration's checks let pass and that compute cannot use. */
function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError && !/array/i.test(error.message)) {
      throw new JobFailure('config', error.message, { cause: error });
    }
    throw error;
  }
}
