import * as z from 'zod';
import type {
  HmcSettings,
  MclmcSettings,
  PosteriorSettings,
  SghmcSettings,
  SgldSettings,
  TargetSettings,
  ThetaSettings,
} from '../../compute/settings.ts';

/**
 * The one schema of the configuration. Flags, help, study checks, forms, `config.json`, the table in
 * docs/configuration.md and the schema hash are made from it and from nothing else.
 */

export const GROUPS = [
  'target',
  'data',
  'posterior',
  'training',
  'chains',
  'sgld',
  'sghmc',
  'hmc',
  'mclmc',
  'storage',
] as const;
export type Group = (typeof GROUPS)[number];

/** What is known of a field besides its type. */
export interface FieldMeta {
  readonly kind: 'int' | 'float' | 'bool' | 'choice' | 'int_list' | 'float_list' | 'text';
  readonly group: Group;
  readonly help: string;
  /** `none` is allowed and becomes null. */
  readonly none: boolean;
  /** `auto` is allowed. */
  readonly auto: boolean;
  /** Smallest and largest value, both allowed; null for no bound. */
  readonly min: number | null;
  readonly max: number | null;
  /** The smallest value itself is not allowed. */
  readonly aboveMin: boolean;
  readonly choices: readonly string[];
  /** False where no number or stored trace depends on it. */
  readonly matters: boolean;
}

const MOST = 1e9;

type Bounds = { min?: number; above?: number; max?: number };
type Extra = { matters?: boolean };

function meta(kind: FieldMeta['kind'], group: Group, help: string, more: Partial<FieldMeta> = {}) {
  return {
    kind,
    group,
    help,
    none: false,
    auto: false,
    min: null,
    max: null,
    aboveMin: false,
    choices: [],
    matters: true,
    ...more,
  } satisfies FieldMeta;
}

function bounds({ min, above, max }: Bounds) {
  return { min: above ?? min ?? null, max: max ?? null, aboveMin: above !== undefined };
}

function integer({ min = 0, max = MOST }: Bounds) {
  return z.int().min(min).max(max);
}

function real({ min, above, max }: Bounds) {
  let schema = z.number();
  if (min !== undefined) schema = schema.min(min);
  if (above !== undefined) schema = schema.gt(above);
  return schema.max(max ?? 1e300);
}

const int = (group: Group, value: number, at: Bounds, help: string, extra: Extra = {}) =>
  integer(at)
    .default(value)
    .meta(meta('int', group, help, { ...bounds({ min: 0, max: MOST, ...at }), ...extra }));

const intOrNone = (group: Group, value: number | null, at: Bounds, help: string) =>
  integer(at)
    .nullable()
    .default(value)
    .meta(meta('int', group, help, { ...bounds({ min: 0, max: MOST, ...at }), none: true }));

const float = (group: Group, value: number, at: Bounds, help: string) =>
  real(at)
    .default(value)
    .meta(meta('float', group, help, bounds(at)));

const floatOrNone = (group: Group, value: number | null, at: Bounds, help: string) =>
  real(at)
    .nullable()
    .default(value)
    .meta(meta('float', group, help, { ...bounds(at), none: true }));

const floatOrAuto = (group: Group, at: Bounds, help: string) =>
  z
    .union([z.literal('auto'), real(at)])
    .default('auto')
    .meta(meta('float', group, help, { ...bounds(at), auto: true }));

const bool = (group: Group, value: boolean, help: string, extra: Extra = {}) =>
  z
    .boolean()
    .default(value)
    .meta(meta('bool', group, help, extra));

const choice = <const T extends readonly [string, ...string[]]>(
  group: Group,
  choices: T,
  value: T[number],
  help: string,
) =>
  z
    .enum(choices)
    .default(value as never)
    .meta(meta('choice', group, help, { choices }));

const intListOrNone = (group: Group, at: Bounds, help: string) =>
  z
    .array(integer(at))
    .min(1)
    .max(10_000)
    .nullable()
    .default(null)
    .meta(meta('int_list', group, help, { ...bounds({ min: 0, max: MOST, ...at }), none: true }));

const floatListOrNone = (group: Group, at: Bounds, help: string) =>
  z
    .array(real(at))
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .meta(meta('float_list', group, help, { ...bounds(at), none: true }));

const ACTIVATIONS = ['relu', 'tanh', 'gelu', 'identity'] as const;
const DTYPES = ['float32', 'float64'] as const;

export const configSchema = z.strictObject({
  target: choice(
    'target',
    ['mlp', 'quadratic', 'dln', 'crossing', 'power', 'tanh'],
    'mlp',
    'what is sampled',
  ),
  quad_dim: intOrNone(
    'target',
    null,
    { min: 1 },
    'quadratic: dimensions; default: the spectrum’s length, else target_params',
  ),
  quad_spectrum: floatListOrNone(
    'target',
    { min: 0 },
    'quadratic: h_i of L = ½Σ h_i w_i²; default: all 1',
  ),
  dln_widths: intListOrNone('target', { min: 1 }, 'dln: input, hidden…, output'),
  dln_rank: int('target', 0, { min: 0 }, 'dln: rank of the product at w0'),
  crossing_powers: intListOrNone(
    'target',
    { min: 1, max: 64 },
    'crossing: k_i of L = ½Π w_i^(2k_i)',
  ),
  power_exponents: intListOrNone('target', { min: 1, max: 64 }, 'power: k_i of L = Σ w_i^(2k_i)'),
  tanh_hidden: intOrNone(
    'target',
    null,
    { min: 1 },
    'tanh: hidden units against the zero function',
  ),
  in_dim: int('target', 32, { min: 1 }, 'inputs'),
  out_dim: int('target', 1, { min: 1 }, 'outputs'),
  depth: int('target', 1, { min: 1, max: 1000 }, 'hidden layers'),
  widths: intListOrNone(
    'target',
    { min: 1 },
    'hidden widths; default: inferred from target_params',
  ),
  hidden: int(
    'target',
    300,
    { min: 1 },
    'hidden width where neither widths nor target_params is given',
  ),
  target_params: intOrNone('target', 10_000, { min: 1 }, 'parameters to come near to'),
  activation: choice('target', ACTIVATIONS, 'relu', 'activation'),
  bias: bool('target', true, 'biases'),
  skip_connections: bool('target', false, 'skip connections'),
  residual_period: int('target', 2, { min: 1 }, 'hidden layers a skip spans'),
  layernorm: bool('target', false, 'normalise each hidden layer'),
  init: choice('target', ['he', 'xavier', 'lecun', 'orthogonal'], 'he', 'initialisation'),

  n_data: int('data', 20_000, { min: 2 }, 'data points n'),
  x_dist: choice(
    'data',
    ['gauss_iso', 'gauss_aniso', 'mixture', 'lowdim_manifold', 'heavy_tail'],
    'gauss_iso',
    'distribution of the inputs',
  ),
  cov_decay: float('data', 0.95, { above: 0, max: 1 }, 'gauss_aniso: variances decay ** i'),
  mixture_k: int('data', 4, { min: 1 }, 'mixture: components'),
  mixture_spread: float('data', 2, { min: 0 }, 'mixture: distance of the centres from 0'),
  x_dim_latent: int('data', 2, { min: 1 }, 'lowdim_manifold: latent dimensions'),
  student_df: float(
    'data',
    4,
    { above: 0 },
    'degrees of freedom: heavy_tail, student_t, t_regression',
  ),
  noise_model: choice(
    'data',
    ['gauss', 'hetero', 'student_t', 'outliers'],
    'gauss',
    'noise of the outputs',
  ),
  noise_scale: float('data', 0.1, { min: 0 }, 'standard deviation of the noise'),
  hetero_scale: float('data', 0.1, { min: 0 }, 'hetero: growth of the noise with ‖x‖'),
  outlier_frac: float('data', 0.05, { min: 0, max: 1 }, 'outliers: their share'),
  outlier_scale: float('data', 2, { min: 0 }, 'outliers: their standard deviation'),
  teacher_depth: intOrNone(
    'data',
    null,
    { min: 1, max: 1000 },
    'teacher’s hidden layers; default: the student’s',
  ),
  teacher_widths: intListOrNone('data', { min: 1 }, 'teacher’s widths; default: as the student’s'),
  teacher_activation: z
    .enum(ACTIVATIONS)
    .nullable()
    .default(null)
    .meta(
      meta('choice', 'data', 'teacher’s activation; default: the student’s', {
        choices: ACTIVATIONS,
        none: true,
      }),
    ),
  teacher_dropout_rate: float(
    'data',
    0,
    { min: 0, max: 1 },
    'share of the teacher’s outputs set to 0',
  ),

  loss: choice('posterior', ['mse', 't_regression'], 'mse', 'loss of a sample'),
  likelihood: choice(
    'posterior',
    ['nll', 'raw'],
    'nll',
    'nll: the loss is a negative log-likelihood (mse / (2 noise_scale²)); raw: as it is',
  ),
  beta_mode: choice(
    'posterior',
    ['1_over_log_n', 'fixed'],
    '1_over_log_n',
    'inverse temperature: beta0/ln n, or beta0',
  ),
  beta0: float('posterior', 1, { above: 0 }, 'inverse temperature, or its factor'),
  gamma: floatOrNone('posterior', 1, { min: 0 }, 'localisation; unset by prior_radius'),
  prior_radius: floatOrNone(
    'posterior',
    null,
    { above: 0 },
    'localisation as a length r: gamma = d/r²',
  ),

  erm_max_steps: int('training', 2000, { min: 1 }, 'most steps of training'),
  erm_tolerance: float(
    'training',
    1e-3,
    { above: 0 },
    'training stops when ‖∇L(w0)‖ is at most this',
  ),

  sampler: choice('chains', ['sgld', 'sghmc', 'hmc', 'mclmc'], 'sgld', 'exactly one a job'),
  chains: int('chains', 4, { min: 1, max: 10_000 }, 'chains'),
  seed: int('chains', 42, { min: 0, max: 2 ** 53 - 1 }, 'seed'),
  stretch_directions: int(
    'chains',
    0,
    { min: 0, max: 64 },
    'stiffest directions around w0 that samplers stretch; about one an output of a network',
  ),

  sgld_steps: int('sgld', 16_000, { min: 1 }, 'steps, warm-up included'),
  sgld_warmup: int('sgld', 1000, { min: 0 }, 'steps of warm-up'),
  sgld_batch_size: int('sgld', 256, { min: 1 }, 'data points a gradient'),
  sgld_eval_every: int('sgld', 10, { min: 1 }, 'steps between recorded losses'),
  sgld_eval_batch_size: intOrNone(
    'sgld',
    null,
    { min: 1 },
    'data points of a recorded loss; none for all',
  ),
  sgld_thin: int('sgld', 20, { min: 1 }, 'steps between stored positions'),
  sgld_step_size: floatOrAuto('sgld', { above: 0 }, 'ε of w −= ½ε∇U + √ε z'),
  sgld_scheme: choice(
    'sgld',
    ['euler', 'leimkuhler_matthews'],
    'euler',
    'noise of the Langevin update',
  ),
  sgld_precond: choice(
    'sgld',
    ['none', 'rmsprop', 'adam', 'diagonal'],
    'none',
    'preconditioner, adapted in warm-up and then frozen',
  ),
  sgld_beta1: float('sgld', 0.9, { min: 0, max: 0.999999 }, 'adam: decay of the first moment'),
  sgld_beta2: float(
    'sgld',
    0.999,
    { min: 0, max: 0.999999 },
    'rmsprop, adam: decay of the second moment',
  ),
  sgld_eps: float(
    'sgld',
    1e-8,
    { above: 0 },
    'rmsprop, adam: added to the root of the second moment',
  ),
  sgld_bias_correction: bool('sgld', true, 'rmsprop, adam: correct the moments’ start'),
  sgld_dtype: choice('sgld', DTYPES, 'float32', 'number type'),

  sghmc_steps: int('sghmc', 12_000, { min: 1 }, 'steps, warm-up included'),
  sghmc_warmup: int('sghmc', 1000, { min: 0 }, 'steps of warm-up'),
  sghmc_batch_size: int('sghmc', 256, { min: 1 }, 'data points a gradient; n_data for exact ones'),
  sghmc_eval_every: int('sghmc', 10, { min: 1 }, 'steps between recorded losses'),
  sghmc_thin: int('sghmc', 20, { min: 1 }, 'steps between stored positions'),
  sghmc_step_size: floatOrAuto('sghmc', { above: 0 }, 'step size ε'),
  sghmc_temperature: float('sghmc', 1, { above: 0 }, 'temperature T'),
  sghmc_friction: floatOrAuto('sghmc', { above: 0 }, 'friction α'),
  sghmc_scheme: choice('sghmc', ['baoab', 'blackjax'], 'baoab', 'integrator'),
  sghmc_precond: choice(
    'sghmc',
    ['none', 'diagonal'],
    'diagonal',
    'inverse mass, adapted in warm-up and then frozen',
  ),
  sghmc_dtype: choice('sghmc', DTYPES, 'float32', 'number type'),

  hmc_draws: int('hmc', 5000, { min: 1 }, 'draws, without warm-up'),
  hmc_warmup: int('hmc', 1000, { min: 0 }, 'draws of warm-up'),
  hmc_num_integration_steps: int('hmc', 10, { min: 1, max: 100_000 }, 'leapfrog steps a draw'),
  hmc_trajectory_length: floatOrNone(
    'hmc',
    null,
    { above: 0 },
    'length of a trajectory in preconditioned units, instead of a number of steps',
  ),
  hmc_target_accept: float(
    'hmc',
    0.8,
    { above: 0, max: 0.999 },
    'acceptance that the step size aims at',
  ),
  hmc_jitter: float('hmc', 0.2, { min: 0, max: 0.99 }, 'the step size varies by this share'),
  hmc_eval_every: int('hmc', 1, { min: 1 }, 'draws between recorded losses'),
  hmc_thin: int('hmc', 5, { min: 1 }, 'draws between stored positions'),
  hmc_dtype: choice('hmc', DTYPES, 'float64', 'number type'),

  mclmc_draws: int('mclmc', 8000, { min: 1 }, 'draws, without tuning'),
  mclmc_eval_every: int('mclmc', 1, { min: 1 }, 'draws between recorded losses'),
  mclmc_thin: int('mclmc', 10, { min: 1 }, 'draws between stored positions'),
  mclmc_tune_steps: int('mclmc', 2000, { min: 0 }, 'steps of the tuner'),
  mclmc_integrator: choice(
    'mclmc',
    [
      'isokinetic_mclachlan',
      'isokinetic_velocity_verlet',
      'isokinetic_yoshida',
      'isokinetic_omelyan',
    ],
    'isokinetic_mclachlan',
    'integrator',
  ),
  mclmc_diagonal_preconditioning: bool('mclmc', false, 'diagonal metric, adapted in tuning'),
  mclmc_desired_energy_var: float(
    'mclmc',
    5e-4,
    { above: 0 },
    'energy error variance a dimension that the step size aims at',
  ),
  mclmc_adjusted: bool('mclmc', false, 'accept or reject by Metropolis'),
  mclmc_adjusted_target_accept: float(
    'mclmc',
    0.9,
    { above: 0, max: 0.999 },
    'adjusted: acceptance aimed at',
  ),
  mclmc_dtype: choice('mclmc', DTYPES, 'float64', 'number type'),

  diag_mode: choice(
    'storage',
    ['none', 'subset', 'proj'],
    'proj',
    'what of the position is stored: nothing, some coordinates, projections',
  ),
  diag_k: int('storage', 16, { min: 1, max: 100_000 }, 'coordinates or projections stored'),
  diag_seed: int('storage', 1234, { min: 0, max: 2 ** 53 - 1 }, 'which coordinates or projections'),
  max_theta_plot_dims: int('storage', 8, { min: 1 }, 'most of them plotted', { matters: false }),
  runs_dir: z
    .string()
    .min(1)
    .max(4096)
    .default('runs')
    .meta(meta('text', 'storage', 'where runs are kept', { matters: false })),
  save_plots: bool('storage', false, 'figures of each run, made when all jobs have ended', {
    matters: false,
  }),
});

/** A complete, checked configuration: flat, snake_case, `null` for none. */
export type Config = Assignable<Unchanging<z.output<typeof configSchema>>, ComputeSettings>;
export type FieldName = keyof Config;

/** All that compute reads. */
type ComputeSettings = TargetSettings &
  PosteriorSettings &
  SgldSettings &
  SghmcSettings &
  HmcSettings &
  MclmcSettings &
  ThetaSettings;
/** Does not compile where the schema lacks a field that compute reads, or gives it another type. */
type Assignable<Given extends Wanted, Wanted> = Given;
type Unchanging<T> = {
  readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] | null
    ? readonly Item[] | null
    : T[Key];
};
