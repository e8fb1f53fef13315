import type { SamplerName } from '../settings.ts';

/** How a sampler's configuration is changed against what a verdict finds; phrases that follow a verb-less colon. */
export interface Advice {
  /** Sample longer; `times` is the factor, or null where it is not known. */
  readonly moreDraws: (times: number | null) => string;
  readonly moreWarmup: string;
  /** Make the numerical error smaller; `stepSize` as found, NaN where the sampler has none. */
  readonly smallerError: (stepSize: number) => string;
}

export const ADVICE: Readonly<Record<SamplerName, Advice>> = {
  sgld: {
    moreDraws: (times) => raise('sgld_steps', times),
    moreWarmup: 'raise sgld_warmup, and sgld_steps, which include it',
    smallerError: (stepSize) =>
      `set sgld_step_size to half${ofStep(stepSize)}, or raise sgld_batch_size`,
  },
  sghmc: {
    moreDraws: (times) => raise('sghmc_steps', times),
    moreWarmup: 'raise sghmc_warmup, and sghmc_steps, which include it',
    smallerError: (stepSize) =>
      `set sghmc_step_size to half${ofStep(stepSize)}, or raise sghmc_batch_size`,
  },
  hmc: {
    moreDraws: (times) => raise('hmc_draws', times),
    moreWarmup: 'raise hmc_warmup',
    smallerError: () => 'raise hmc_target_accept towards 0.95',
  },
  mclmc: {
    moreDraws: (times) => raise('mclmc_draws', times),
    moreWarmup: 'raise mclmc_tune_steps',
    smallerError: () => 'divide mclmc_desired_energy_var by 10, or set mclmc_adjusted',
  },
};

function raise(field: string, times: number | null): string {
  return times === null ? `raise ${field}` : `raise ${field} ${roundedUp(times)}-fold`;
}

/** Never less than what is needed. */
function roundedUp(times: number): string {
  return times < 10 ? (Math.ceil(times * 10) / 10).toFixed(1) : String(Math.ceil(times));
}

function ofStep(stepSize: number): string {
  return Number.isFinite(stepSize) ? ` of the ${stepSize.toPrecision(2)} in use` : '';
}
