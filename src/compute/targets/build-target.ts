import type { TargetSettings } from '../settings.ts';
import { initialParameters } from './init.ts';
import { drawInputs } from './inputs.ts';
import { mlpLayout } from './mlp-layout.ts';
import { addNoise } from './noise.ts';
import type { DlnProblem, MlpProblem, Problem } from './problem.ts';
import { teacherOutputs } from './teacher.ts';
import { hiddenWidths } from './widths.ts';

/** A problem ready to be trained or sampled. */
export interface Target {
  readonly problem: Problem;
  /** Number of parameters d. */
  readonly dim: number;
  /** Length d: w0 itself where `exact`, else where training starts. */
  readonly start: Float64Array;
  /** Whether `start` is known to be a minimum, so that no training is needed. */
  readonly exact: boolean;
}

/**
 * Makes the target that the settings describe: its data where it has any, and its w0 or initial student.
 * Equal settings give equal numbers. Throws a RangeError that names the field for settings that describe
 * no target.
 */
export function buildTarget(settings: TargetSettings): Target {
  switch (settings.target) {
    case 'mlp':
      return mlpTarget(settings);
    case 'dln':
      return dlnTarget(settings);
    case 'quadratic':
      return atZero({ kind: 'quadratic', spectrum: spectrum(settings) });
    case 'crossing':
      return atZero({ kind: 'crossing', powers: given(settings, 'crossing_powers') });
    case 'power':
      return atZero({ kind: 'power', exponents: given(settings, 'power_exponents') });
    case 'tanh': {
      const hidden = given(settings, 'tanh_hidden');
      return atZero({ kind: 'tanh', hidden, inputs: TANH_INPUTS.slice() });
    }
  }
}

/** 21 equally spaced inputs from −2 to 2. */
const TANH_INPUTS = Float64Array.from({ length: 21 }, (_, i) => (i - 10) / 5);

/**
 * What the mean over rows and outputs of the per-sample loss is multiplied with. A negative
 * log-likelihood sums over outputs: for `mse` under Gaussian noise it is out_dim/(2 noise_scale²) times
 * the mean, for `t_regression` out_dim times. `likelihood` raw leaves the mean as it is. The likelihood is
 * always that of the model assumed, also where `noise_model` draws from another.
 */
export function lossScale(
  settings: Pick<TargetSettings, 'likelihood' | 'loss' | 'noise_scale' | 'out_dim'>,
): number {
  const { likelihood, loss, noise_scale: scale, out_dim: outputs } = settings;
  if (!(scale > 0) && (likelihood === 'nll' || loss === 't_regression')) {
    throw new RangeError(
      `noise_scale must be above 0 for likelihood nll and for t_regression, got ${scale}`,
    );
  }
  if (likelihood === 'raw') return 1;
  return loss === 'mse' ? outputs / (2 * scale * scale) : outputs;
}

function mlpTarget(settings: TargetSettings): Target {
  const widths = [settings.in_dim, ...hiddenWidths(settings), settings.out_dim];
  const x = drawInputs(settings);
  const problem: MlpProblem = {
    kind: 'mlp',
    widths,
    activation: settings.activation,
    bias: settings.bias,
    residualPeriod: settings.skip_connections ? settings.residual_period : 0,
    layernorm: settings.layernorm,
    loss: settings.loss,
    studentDf: settings.student_df,
    noiseScale: settings.noise_scale,
    lossScale: lossScale(settings),
    rows: settings.n_data,
    x,
    y: addNoise(settings, teacherOutputs(settings, x), x),
  };
  const start = initialParameters({ ...settings, widths }, 'student_init');
  return { problem, dim: start.length, start, exact: false };
}

/**
 * The truth has rank r and every layer is I_r ⊕ 0: the deepest point of the set of minima, where the
 * local learning coefficient is the global one (Aoyagi 2024).
 */
function dlnTarget(settings: TargetSettings): Target {
  const widths = given(settings, 'dln_widths');
  const rank = settings.dln_rank;
  if (widths.length < 2) throw new RangeError('dln_widths needs an input and an output width');
  if (rank > Math.min(...widths)) {
    throw new RangeError(`dln_rank ${rank} exceeds the narrowest of dln_widths ${widths}`);
  }
  const { layers, dim } = mlpLayout(widths, false);
  const start = new Float64Array(dim);
  for (const { inputs, weight } of layers) {
    for (let i = 0; i < rank; i++) start[weight + i * inputs + i] = 1;
  }
  const inputs = widths[0];
  const target = new Float64Array(inputs * widths[widths.length - 1]);
  for (let i = 0; i < rank; i++) target[i * inputs + i] = 1;
  const problem: DlnProblem = { kind: 'dln', widths, target };
  return { problem, dim, start, exact: true };
}

/** The spectrum as given, else all 1 for quad_dim, else target_params, else in_dim coordinates. */
function spectrum(settings: TargetSettings): Float64Array {
  const { quad_spectrum: values, quad_dim, target_params, in_dim } = settings;
  if (values === null) return new Float64Array(quad_dim ?? target_params ?? in_dim).fill(1);
  if (quad_dim !== null && quad_dim !== values.length) {
    throw new RangeError(
      `quad_dim ${quad_dim} contradicts quad_spectrum of ${values.length} values`,
    );
  }
  return Float64Array.from(values);
}

function atZero(problem: Exclude<Problem, MlpProblem | DlnProblem>): Target {
  const dim = dimension(problem);
  return { problem, dim, start: new Float64Array(dim), exact: true };
}

function dimension(problem: Exclude<Problem, MlpProblem | DlnProblem>): number {
  switch (problem.kind) {
    case 'quadratic':
      return problem.spectrum.length;
    case 'crossing':
      return problem.powers.length;
    case 'power':
      return problem.exponents.length;
    case 'tanh':
      return 2 * problem.hidden;
  }
}

/** A field that this target cannot do without. */
function given<Field extends keyof TargetSettings>(
  settings: TargetSettings,
  field: Field,
): NonNullable<TargetSettings[Field]> {
  const value = settings[field];
  if (value === null || value === undefined) {
    throw new RangeError(`target ${settings.target} needs ${field}`);
  }
  return value;
}
