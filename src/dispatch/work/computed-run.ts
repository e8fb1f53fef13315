import type { Dtype } from '../../compute/settings.ts';
import type { Target } from '../../compute/targets/build-target.ts';
import type { ExactValues } from '../../compute/targets/exact-values.ts';
import type { JobSpec } from '../job/job-spec.ts';
import type { CenteredPosterior } from './centered-posterior.ts';
import type { FamilyWeights } from './family-weights.ts';
import type { Sampled } from './sample-chains.ts';

/** All that a job computed, before it is summarised and written. */
export interface ComputedRun {
  readonly job: JobSpec;
  readonly target: Target;
  /** The number type of the sampler's positions. */
  readonly dtype: Dtype;
  readonly family: FamilyWeights;
  readonly posterior: CenteredPosterior;
  readonly exact: ExactValues;
  readonly sampled: Sampled;
}
