import type { SamplerName } from '../../compute/settings.ts';
import { budgetOf } from '../config/budget.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { gammaOf, stepField } from './map-plan.ts';

/** Where a cell lies in the map of its sampler. */
export interface Place {
  /** In the sampler's own convention; null where the sampler finds one at every cell. */
  readonly stepSize: number | null;
  readonly beta0: number;
  readonly gamma: number;
}

/** What was measured there. NaN where it is not known. */
export interface Reading {
  readonly llc: number;
  readonly se: number;
  readonly ess: number;
  readonly rhat: number;
  readonly virial: number;
  readonly virialSe: number;
  /** How far the virial must be above 1 by the step alone (Euler scheme). */
  readonly heat: number;
  /** A deviation of the virial times this is the relative error of the estimate, at worst; at least 1. */
  readonly lever: number;
  /** Full-data equivalents of all chains, and seconds, of sampling alone. */
  readonly work: number;
  readonly seconds: number;
  /** Codes of the verdict's doubtful findings. */
  readonly doubts: readonly string[];
}

/** A finished, failed or unfinished job of a map. */
export interface Cell extends Place {
  readonly sampler: SamplerName;
  readonly seed: number;
  /** Transitions of a chain after warm-up. */
  readonly transitions: number;
  /** Whether the sampler's error vanishes with its step; not so for the `blackjax` scheme. */
  readonly vanishing: boolean;
  /** Metropolis leaves no error of the sampler's own. */
  readonly unbiased: boolean;
  /** Null where the job has no result. */
  readonly reading: Reading | null;
  /** Why it has none: an error's word, or `unfinished`; empty where it has one. */
  readonly failure: string;
}

/** The estimate below which an error is judged as if the estimate were half a direction (as verdicts do). */
const LEAST_SCALE = 0.5;

/** What an error of an estimate is compared with. */
export function scaleOf(llc: number): number {
  return Math.max(Math.abs(llc), LEAST_SCALE);
}

/**
 * The cell of a job.
 *
 * @param metrics of its run; null where it has none
 */
export function cellOf(
  { config, sampler, seed }: Pick<JobSpec, 'config' | 'sampler' | 'seed'>,
  metrics: Readonly<Record<string, unknown>> | null,
  failure: string,
): Cell {
  const field = stepField(sampler);
  const step = field === null ? 'auto' : config[field];
  const { steps, warmup } = budgetOf(config);
  return {
    sampler,
    seed,
    stepSize: step === 'auto' ? null : step,
    beta0: config.beta0,
    gamma: gammaOf(config),
    transitions: steps - warmup,
    vanishing: sampler !== 'sghmc' || config.sghmc_scheme !== 'blackjax',
    unbiased: sampler === 'hmc' || (sampler === 'mclmc' && config.mclmc_adjusted),
    reading: metrics === null ? null : readingOf(sampler, metrics),
    failure: metrics === null ? failure : '',
  };
}

function readingOf(sampler: SamplerName, metrics: Readonly<Record<string, unknown>>): Reading {
  const own = (key: string): number => {
    const value = metrics[`${sampler}_${key}`];
    return typeof value === 'number' ? value : Number.NaN;
  };
  const findings = metrics[`${sampler}_findings`];
  const llc = own('llc_mean');
  const dim = metrics['target_params'];
  return {
    llc,
    se: own('llc_se'),
    ess: own('ess'),
    rhat: own('rhat'),
    virial: own('virial'),
    virialSe: own('virial_se'),
    heat: own('gradient_meter') - 1,
    // The error of MCLMC is the same in all directions.
    lever:
      sampler === 'mclmc'
        ? 1
        : Math.max(1, (typeof dim === 'number' ? dim : 0) / (2 * scaleOf(llc))),
    work: own('work_grad'),
    seconds: own('timing_sampling'),
    doubts: Array.isArray(findings) ? findings.flatMap(doubtOf) : [],
  };
}

/** `not_burnt_in` of `not_burnt_in (doubtful): …`; nothing of a note. */
function doubtOf(finding: unknown): string[] {
  const code = /^(\w+) \(doubtful\)/.exec(String(finding))?.[1];
  return code === undefined ? [] : [code];
}
