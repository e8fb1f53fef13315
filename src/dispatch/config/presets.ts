import type { Config } from './schema.ts';

export const PRESETS = ['quick', 'full'] as const;
export type PresetName = (typeof PRESETS)[number];

/** What a preset depends on, as the layers above it say. */
export interface PresetFacts {
  /** Default: `mlp`. */
  readonly target?: Config['target'] | undefined;
  /** Default: the preset's. */
  readonly n_data?: number | undefined;
}

type Numbers = Partial<Config> & Required<Pick<Config, 'n_data' | 'sgld_batch_size'>>;

/** What the networks of one preset and those of the other have in common. */
const NETWORK = {
  chains: 4,
  // A length that one can understand; at gamma 1 chains diffuse along flat directions for longer than
  // the presets run, but for HMC's.
  prior_radius: 10,
  sgld_scheme: 'leimkuhler_matthews',
  sgld_precond: 'diagonal',
  mclmc_diagonal_preconditioning: true,
  stretch_directions: 1,
  // With that direction stretched, the error of a step is spread over many: at the default it would show in the estimate.
  mclmc_desired_energy_var: 1e-5,
} as const satisfies Partial<Config>;

/** Losses without data are cheap: many draws, so that exact values can be told apart. */
const ANALYTIC = {
  chains: 4,
  gamma: 1,
  sgld_scheme: 'euler',
  sgld_precond: 'none',
  mclmc_diagonal_preconditioning: false,
  sgld_eval_every: 10,
  sgld_thin: 20,
  sghmc_eval_every: 10,
  sghmc_thin: 20,
  hmc_thin: 5,
  mclmc_thin: 10,
} as const satisfies Partial<Config>;

/** Singular targets have narrow arms, which stochastic gradients take long to climb. */
const SINGULAR = { ...ANALYTIC, sgld_eval_every: 40, sgld_thin: 400 } as const;

type Kind = 'network' | 'quadratic' | 'singular';

function kindOf(target: Config['target']): Kind {
  if (target === 'mlp') return 'network';
  return target === 'quadratic' ? 'quadratic' : 'singular';
}

/** The numbers of docs/samplers.md. */
const TABLE: Readonly<Record<PresetName, Record<Kind, Numbers>>> = {
  quick: {
    network: {
      ...NETWORK,
      n_data: 1000,
      // Some hundred steps an effective draw: flat directions are slow without momentum. Batches of this size leave so little noise
      // that stability all but limits the step.
      sgld_warmup: 1500,
      sgld_steps: 8500,
      sgld_batch_size: 800,
      sgld_eval_every: 20,
      sgld_thin: 40,
      sghmc_warmup: 500,
      sghmc_steps: 2000,
      sghmc_eval_every: 2,
      sghmc_thin: 10,
      hmc_warmup: 100,
      hmc_draws: 110,
      hmc_thin: 2,
      hmc_trajectory_length: 1.5,
      hmc_target_accept: 0.7,
      // Half the time; the error is far below what Metropolis or the error bar could see (samplers.md).
      hmc_dtype: 'float32',
      mclmc_tune_steps: 400,
      mclmc_draws: 700,
      mclmc_thin: 5,
      mclmc_dtype: 'float32',
    },
    quadratic: {
      ...ANALYTIC,
      n_data: 1000,
      sgld_warmup: 2000,
      sgld_steps: 42_000,
      sgld_batch_size: 256,
      sghmc_warmup: 2000,
      sghmc_steps: 42_000,
      hmc_warmup: 1000,
      hmc_draws: 4000,
      mclmc_tune_steps: 4000,
      mclmc_draws: 16_000,
    },
    singular: {
      ...SINGULAR,
      n_data: 1000,
      sgld_warmup: 10_000,
      sgld_steps: 410_000,
      sgld_batch_size: 256,
      sghmc_warmup: 4000,
      sghmc_steps: 124_000,
      hmc_warmup: 1000,
      hmc_draws: 4000,
      mclmc_tune_steps: 4000,
      mclmc_draws: 16_000,
    },
  },
  full: {
    network: {
      ...NETWORK,
      n_data: 5000,
      sgld_warmup: 3000,
      sgld_steps: 15_000,
      sgld_batch_size: 4000,
      sgld_eval_every: 20,
      sgld_thin: 80,
      sghmc_warmup: 1000,
      sghmc_steps: 5000,
      sghmc_eval_every: 2,
      sghmc_thin: 10,
      hmc_warmup: 200,
      hmc_draws: 400,
      hmc_thin: 2,
      hmc_trajectory_length: 1.5,
      mclmc_tune_steps: 1000,
      mclmc_draws: 2000,
      mclmc_thin: 5,
    },
    quadratic: {
      ...ANALYTIC,
      n_data: 5000,
      sgld_warmup: 8000,
      sgld_steps: 168_000,
      sgld_batch_size: 1024,
      sghmc_warmup: 8000,
      sghmc_steps: 168_000,
      hmc_warmup: 4000,
      hmc_draws: 16_000,
      mclmc_tune_steps: 16_000,
      mclmc_draws: 64_000,
    },
    singular: {
      ...SINGULAR,
      n_data: 5000,
      sgld_warmup: 40_000,
      sgld_steps: 1_640_000,
      sgld_batch_size: 1024,
      sghmc_warmup: 16_000,
      sghmc_steps: 496_000,
      hmc_warmup: 4000,
      hmc_draws: 16_000,
      mclmc_tune_steps: 16_000,
      mclmc_draws: 64_000,
    },
  },
};

/**
 * The fields that a preset sets for the target at hand. SGHMC runs on full gradients, because gradient
 * noise heats it, and SGLD never on more points than there are: both follow an `n_data` from above.
 */
export function presetValues(name: PresetName, facts: PresetFacts): Partial<Config> {
  const numbers = TABLE[name][kindOf(facts.target ?? 'mlp')];
  const points = facts.n_data ?? numbers.n_data;
  return {
    ...numbers,
    sgld_batch_size: Math.min(numbers.sgld_batch_size, points),
    sghmc_batch_size: points,
  };
}

export function isPresetName(name: string): name is PresetName {
  return (PRESETS as readonly string[]).includes(name);
}
