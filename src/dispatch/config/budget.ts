import type { Config } from './schema.ts';

/** How long a chain of the sampler that runs is, and how much of it is recorded. */
export interface Budget {
  /** Transitions with warm-up or tuning. */
  readonly steps: number;
  readonly warmup: number;
  /** Losses recorded a chain. */
  readonly recorded: number;
  /** Positions stored a chain. */
  readonly stored: number;
  /** Data points a gradient; null where it is always all of them. */
  readonly batch: number | null;
  /** The fields that the numbers come from, for messages. */
  readonly names: { readonly length: string; readonly warmup: string; readonly batch: string };
}

/** The budget of `config.sampler`. SGLD's and SGHMC's steps include warm-up, the others' draws do not. */
export function budgetOf(config: Config): Budget {
  const { sampler } = config;
  const names = {
    length: sampler === 'sgld' || sampler === 'sghmc' ? `${sampler}_steps` : `${sampler}_draws`,
    warmup: sampler === 'mclmc' ? 'mclmc_tune_steps' : `${sampler}_warmup`,
    batch: `${sampler}_batch_size`,
  };
  switch (sampler) {
    case 'sgld':
    case 'sghmc': {
      const steps = config[`${sampler}_steps`];
      const warmup = config[`${sampler}_warmup`];
      const batch = config[`${sampler}_batch_size`];
      return { steps, warmup, batch, names, ...kept(config, steps - warmup) };
    }
    case 'hmc': {
      const { hmc_draws: draws, hmc_warmup: warmup } = config;
      return { steps: warmup + draws, warmup, batch: null, names, ...kept(config, draws) };
    }
    case 'mclmc': {
      const { mclmc_draws: draws, mclmc_tune_steps: warmup } = config;
      return { steps: warmup + draws, warmup, batch: null, names, ...kept(config, draws) };
    }
  }
}

function kept(config: Config, draws: number): Pick<Budget, 'recorded' | 'stored'> {
  const every = config[`${config.sampler}_eval_every`];
  const thin = config[`${config.sampler}_thin`];
  // The first draw is recorded, then each after so many.
  return {
    recorded: Math.max(0, Math.ceil(draws / every)),
    stored: Math.max(0, Math.ceil(draws / thin)),
  };
}
