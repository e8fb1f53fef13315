import { lossScale } from '../../compute/targets/build-target.ts';
import { posteriorTerms } from '../../compute/targets/posterior.ts';
import type { Refuse } from './issue.ts';
import type { Config } from './schema.ts';
import { targetShape } from './target-shape.ts';

/** Within these, squares of sums stay within the range of numbers; a localisation below is none. */
const LARGEST = 1e30;
const SMALLEST = 1e-30;
const RANGE = `from ${SMALLEST} to ${LARGEST}`;
/** Below, draws of Student's t leave the range of numbers. */
const FEWEST_DEGREES = 0.1;

/** Refuses what makes no posterior of finite mass, or one that no number can hold. */
export function refuseWhatIsNoPosterior(config: Config, refuse: Refuse): void {
  const { target, prior_radius, quad_spectrum } = config;
  const dim = targetShape(config).dim;
  if (dim === null) return;
  const { nbeta, gamma } = posteriorTerms(config, dim);
  const localisation = prior_radius === null ? 'gamma' : 'prior_radius';
  const flat = flatBecause(config);
  if (gamma < SMALLEST && flat !== null) {
    const expected =
      prior_radius === null
        ? `a number above 0 for target ${target}`
        : `a radius that localises (gamma would be ${gamma})`;
    const why = `${flat}, so without localisation the posterior has no finite mass`;
    refuse(localisation, expected, why);
  }
  if (!(gamma <= LARGEST)) {
    refuse(localisation, `a localisation of at most ${LARGEST}`, `gamma would be ${gamma}`);
  }
  if (!isUsable(nbeta)) refuse('beta0', `n·beta ${RANGE}`, `it would be ${nbeta}`);
  if (target === 'quadratic' && quad_spectrum !== null) {
    const largest = nbeta * quad_spectrum.reduce((a, b) => Math.max(a, b));
    if (!(largest <= LARGEST)) {
      refuse('quad_spectrum', 'smaller values', `n·beta times the largest would be ${largest}`);
    }
  }
  if (target === 'mlp') refuseExtremeData(config, nbeta, refuse);
}

function refuseExtremeData(config: Config, nbeta: number, refuse: Refuse): void {
  const { noise_scale, loss, x_dist, noise_model, student_df } = config;
  for (const field of ['mixture_spread', 'noise_scale', 'hetero_scale', 'outlier_scale'] as const) {
    if (config[field] > LARGEST) refuse(field, `at most ${LARGEST}`);
  }
  if (noise_scale > 0 && noise_scale <= LARGEST) {
    const scaled = nbeta * lossScale(config);
    if (isUsable(nbeta) && !isUsable(scaled)) {
      refuse('noise_scale', `n·beta times the loss’s scale ${RANGE}`, `it would be ${scaled}`);
    }
  }
  const isUsed = x_dist === 'heavy_tail' || noise_model === 'student_t' || loss === 't_regression';
  if (isUsed && student_df < FEWEST_DEGREES) {
    refuse('student_df', `at least ${FEWEST_DEGREES}`, 'below, draws leave the range of numbers');
  }
}

function isUsable(number: number): boolean {
  return number >= SMALLEST && number <= LARGEST;
}

/** Why the loss stays bounded towards infinity; null where it grows in every direction. */
function flatBecause({
  target,
  quad_spectrum,
  crossing_powers,
  dln_widths,
}: Config): string | null {
  switch (target) {
    case 'quadratic':
      return quad_spectrum?.includes(0) ? 'quad_spectrum has a 0' : null;
    case 'power':
      return null;
    case 'crossing':
      return (crossing_powers?.length ?? 0) > 1 ? 'the loss is 0 along the axes' : null;
    case 'dln':
      return (dln_widths?.length ?? 0) > 2 ? 'layers can be rescaled against each other' : null;
    case 'tanh':
      return 'the loss is 0 where the outer weights are 0';
    case 'mlp':
      return 'the network has directions along which the loss does not grow';
  }
}
