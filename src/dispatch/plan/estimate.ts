import { budgetOf } from '../config/budget.ts';
import type { Config } from '../config/schema.ts';
import { targetShape } from '../config/target-shape.ts';
import type { JobSpec, Resources } from '../job/job-spec.ts';

/** What a plan will take, roughly: shown with `~`. Null: it cannot be told. */
export interface Estimate {
  /** Wall time of the sweep without any queue, seconds. */
  readonly seconds: number | null;
  readonly atOnce: number;
  readonly cpuHours: number | null;
  /** Null also where no GPU is asked for. */
  readonly gpuHours: number | null;
  /** US dollars. */
  readonly dollars: number | null;
  /** US dollars if each job took all of its limit, once. */
  readonly mostDollars: number | null;
}

/** How fast jobs of one sampler and size went before. */
export interface ObservedRate {
  readonly sampler: Config['sampler'];
  readonly targetParams: number | null;
  /** Full-data-equivalent gradients of all chains. */
  readonly gradients: number;
  readonly seconds: number;
}

export interface EstimateRequest {
  /** Those that are to be computed: without the cached ones. */
  readonly jobs: readonly JobSpec[];
  readonly resources: Resources;
  readonly atOnce: number;
  /** US dollars for an hour of one job. Default: not known. */
  readonly perHour?: number | null;
  /** Default: none. */
  readonly observed?: readonly ObservedRate[];
}

/**
 * Seconds a core takes for one parameter at one data point in a gradient, and for one parameter in a step besides
 * (noise, moments). Measured on 2026-11-25 by `llc run --preset=quick --cpus=1` of each sampler with fewer steps: 1.6e-9
 * by HMC and MCLMC and 3e-7 to 4e-7 more a step by SGLD and SGHMC, on two cores that about twice as many programs
 * wanted, so that half of it is taken. Good within a factor of two or three.
 */
const SECONDS_A_POINT = 0.8e-9;
const SECONDS_A_STEP = 1.6e-7;
/** What a job takes whatever it computes: start of a worker, training, writing; seconds. */
const SECONDS_A_JOB = 2;
const MINUTES_AN_HOUR = 60;

/** What the jobs of a plan will take at so many at once. */
export function estimate(request: EstimateRequest): Estimate {
  const { jobs, resources, perHour = null, observed = [] } = request;
  const atOnce = Math.max(1, Math.min(request.atOnce, Math.max(1, jobs.length)));
  const cores = Math.max(1, resources.cpus);
  const isGpu = resources.gpuMode !== 'off';
  // No gradient was ever timed on a GPU here, so only what was seen can tell.
  const each = jobs.map(({ config }) => secondsOf(config, cores, observed, isGpu));
  const total = each.reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + one),
    0,
  );
  const mostDollars =
    perHour === null ? null : (jobs.length * resources.timeoutMin * perHour) / MINUTES_AN_HOUR;
  if (total === null)
    return { seconds: null, atOnce, cpuHours: null, gpuHours: null, dollars: null, mostDollars };
  const longest = each.reduce<number>((most, one) => Math.max(most, one ?? 0), 0);
  const hours = total / 3600;
  return {
    seconds: Math.max(longest, total / atOnce),
    atOnce,
    cpuHours: hours * cores,
    gpuHours: isGpu ? hours : null,
    dollars: perHour === null ? null : hours * perHour,
    mostDollars,
  };
}

/** Seconds of one job; null where nothing tells. */
function secondsOf(
  config: Config,
  cores: number,
  observed: readonly ObservedRate[],
  isGpu: boolean,
): number | null {
  const { dim } = targetShape(config);
  const gradients = gradientsOf(config);
  const alike = observed.filter(
    ({ sampler, targetParams, ...seen }) =>
      sampler === config.sampler &&
      targetParams === dim &&
      seen.gradients > 0 &&
      Number.isFinite(seen.seconds),
  );
  if (alike.length > 0) {
    const rates = alike.map(({ gradients: done, seconds }) => seconds / done);
    return gradients * (rates.reduce((sum, rate) => sum + rate, 0) / rates.length);
  }
  if (isGpu || dim === null) return null;
  const points = config.target === 'mlp' ? config.n_data : 1;
  const { steps } = budgetOf(config);
  // Chains are spread over the cores; no chain runs on two.
  const width = Math.max(1, Math.min(cores, config.chains));
  const gradient = (gradients * points * dim * SECONDS_A_POINT) / width;
  const isStochastic = config.sampler === 'sgld' || config.sampler === 'sghmc';
  const rest = isStochastic ? (config.chains * steps * dim * SECONDS_A_STEP) / width : 0;
  return SECONDS_A_JOB + gradient + rest;
}

/** Full-data-equivalent gradients of all chains, warm-up included. */
export function gradientsOf(config: Config): number {
  const { steps, batch } = budgetOf(config);
  // Without data a gradient is a gradient, whatever the batch.
  const share = batch === null || config.target !== 'mlp' ? 1 : Math.min(1, batch / config.n_data);
  return config.chains * steps * gradientsAStep(config) * share;
}

/** Gradients that an isokinetic step takes. */
const STAGES = {
  isokinetic_velocity_verlet: 1,
  isokinetic_mclachlan: 2,
  isokinetic_yoshida: 3,
  isokinetic_omelyan: 5,
} as const satisfies Record<Config['mclmc_integrator'], number>;

function gradientsAStep(config: Config): number {
  switch (config.sampler) {
    case 'sgld':
    case 'sghmc':
      return 1;
    case 'hmc':
      // A length in preconditioned units takes about five steps each: length 2 took 10 a draw, by the same measurement.
      return config.hmc_trajectory_length === null
        ? config.hmc_num_integration_steps
        : Math.max(1, Math.ceil(5 * config.hmc_trajectory_length));
    case 'mclmc':
      return STAGES[config.mclmc_integrator];
  }
}
