/**
 * The configuration fields that compute reads, with the names and meanings of the configuration
 * (docs/configuration.md). `null` stands for "none", `'auto'` for "found in warm-up".
 * The checked configuration of `dispatch/config` is assignable to every interface here.
 */

export type Activation = 'relu' | 'tanh' | 'gelu' | 'identity';
export type SamplerName = 'sgld' | 'sghmc' | 'hmc' | 'mclmc';
export type Dtype = 'float32' | 'float64';

/** What is sampled, on which data, from which teacher. Fields of other targets are ignored. */
export interface TargetSettings {
  readonly target: 'mlp' | 'quadratic' | 'dln' | 'crossing' | 'power' | 'tanh';
  readonly quad_dim: number | null;
  readonly quad_spectrum: readonly number[] | null;
  readonly dln_widths: readonly number[] | null;
  readonly dln_rank: number;
  readonly crossing_powers: readonly number[] | null;
  readonly power_exponents: readonly number[] | null;
  readonly tanh_hidden: number | null;
  readonly in_dim: number;
  readonly out_dim: number;
  readonly depth: number;
  readonly widths: readonly number[] | null;
  readonly hidden: number;
  readonly target_params: number | null;
  readonly activation: Activation;
  readonly bias: boolean;
  readonly skip_connections: boolean;
  readonly residual_period: number;
  readonly layernorm: boolean;
  readonly init: 'he' | 'xavier' | 'lecun' | 'orthogonal';
  readonly n_data: number;
  readonly x_dist: 'gauss_iso' | 'gauss_aniso' | 'mixture' | 'lowdim_manifold' | 'heavy_tail';
  readonly cov_decay: number;
  readonly mixture_k: number;
  readonly mixture_spread: number;
  readonly x_dim_latent: number;
  readonly student_df: number;
  readonly noise_model: 'gauss' | 'hetero' | 'student_t' | 'outliers';
  readonly noise_scale: number;
  readonly hetero_scale: number;
  readonly outlier_frac: number;
  readonly outlier_scale: number;
  readonly teacher_depth: number | null;
  readonly teacher_widths: readonly number[] | null;
  readonly teacher_activation: Activation | null;
  readonly teacher_dropout_rate: number;
  readonly loss: 'mse' | 't_regression';
  readonly likelihood: 'nll' | 'raw';
  readonly erm_max_steps: number;
  /** Training stops when ‖∇L(w0)‖, L as sampled, is at most this. */
  readonly erm_tolerance: number;
  readonly seed: number;
}

/** The tempered, localised posterior. */
export interface PosteriorSettings {
  readonly beta_mode: '1_over_log_n' | 'fixed';
  readonly beta0: number;
  readonly gamma: number | null;
  readonly prior_radius: number | null;
  readonly n_data: number;
}

export interface SgldSettings {
  readonly chains: number;
  readonly sgld_steps: number;
  readonly sgld_warmup: number;
  readonly sgld_batch_size: number;
  readonly sgld_eval_every: number;
  readonly sgld_eval_batch_size: number | null;
  readonly sgld_thin: number;
  readonly sgld_step_size: number | 'auto';
  readonly sgld_scheme: 'euler' | 'leimkuhler_matthews';
  readonly sgld_precond: 'none' | 'rmsprop' | 'adam' | 'diagonal';
  readonly sgld_beta1: number;
  readonly sgld_beta2: number;
  readonly sgld_eps: number;
  readonly sgld_bias_correction: boolean;
  readonly sgld_dtype: Dtype;
}

export interface SghmcSettings {
  readonly chains: number;
  readonly sghmc_steps: number;
  readonly sghmc_warmup: number;
  readonly sghmc_batch_size: number;
  readonly sghmc_eval_every: number;
  readonly sghmc_thin: number;
  readonly sghmc_step_size: number | 'auto';
  readonly sghmc_temperature: number;
  readonly sghmc_friction: number | 'auto';
  readonly sghmc_scheme: 'baoab' | 'blackjax';
  readonly sghmc_precond: 'none' | 'diagonal';
  readonly sghmc_dtype: Dtype;
}

export interface HmcSettings {
  readonly chains: number;
  readonly hmc_draws: number;
  readonly hmc_warmup: number;
  readonly hmc_num_integration_steps: number;
  readonly hmc_trajectory_length: number | null;
  readonly hmc_target_accept: number;
  readonly hmc_jitter: number;
  readonly hmc_eval_every: number;
  readonly hmc_thin: number;
  readonly hmc_dtype: Dtype;
}

export interface MclmcSettings {
  readonly chains: number;
  readonly mclmc_draws: number;
  readonly mclmc_eval_every: number;
  readonly mclmc_thin: number;
  readonly mclmc_tune_steps: number;
  readonly mclmc_integrator:
    | 'isokinetic_mclachlan'
    | 'isokinetic_velocity_verlet'
    | 'isokinetic_yoshida'
    | 'isokinetic_omelyan';
  readonly mclmc_diagonal_preconditioning: boolean;
  readonly mclmc_desired_energy_var: number;
  readonly mclmc_adjusted: boolean;
  readonly mclmc_adjusted_target_accept: number;
  readonly mclmc_dtype: Dtype;
}

/** What of the position is stored beside the losses. */
export interface ThetaSettings {
  readonly diag_mode: 'none' | 'subset' | 'proj';
  readonly diag_k: number;
  readonly diag_seed: number;
}
