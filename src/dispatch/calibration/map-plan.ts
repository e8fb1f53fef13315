import type { SamplerName } from '../../compute/settings.ts';
import { posteriorTerms } from '../../compute/targets/posterior.ts';
import { budgetOf } from '../config/budget.ts';
import type { Config } from '../config/schema.ts';
import { targetShape } from '../config/target-shape.ts';

/** What the map multiplies the found step, and the configuration's beta0 and gamma, by. Rising, > 0. */
export interface MapFactors {
  readonly step: readonly number[];
  readonly beta: readonly number[];
  readonly gamma: readonly number[];
}

/** One sampler as the map begins from it. */
export interface MapBase {
  readonly config: Config;
  /** The step that was found or given; null for a sampler that finds its own at every cell. */
  readonly stepSize: number | null;
  /** Times the configuration's length, warm-up and sampling. */
  readonly longer: number;
}

interface MapEntry {
  readonly name: string;
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** A map as the problems and samplers of a sweep. */
export interface MapPlan {
  readonly problems: readonly MapEntry[];
  readonly samplers: readonly MapEntry[];
  /** Fields that the entries speak for, so that no flag may. */
  readonly spokenFor: ReadonlySet<string>;
}

/** The field that holds a sampler's step; null where the sampler tunes one at every cell. */
export function stepField(sampler: SamplerName): 'sgld_step_size' | 'sghmc_step_size' | null {
  return sampler === 'sgld' || sampler === 'sghmc' ? `${sampler}_step_size` : null;
}

/** Every (beta, gamma) is a problem of the sweep and every (sampler, step) a sampler of it. */
export function mapPlan(bases: readonly MapBase[], factors: MapFactors): MapPlan {
  const [{ config }] = bases;
  const gamma = gammaOf(config);
  const problems = distinct(
    factors.beta.flatMap((b) =>
      factors.gamma.map((g) => ({
        // Without any localisation there is nothing to multiply.
        name: gamma === 0 ? `b${short(b)}` : `b${short(b)}-g${short(g)}`,
        overrides: { beta0: times(config.beta0, b), gamma: times(gamma, g) },
      })),
    ),
  );
  const samplers = bases.flatMap(({ config: own, stepSize, longer }) => {
    const { sampler } = own;
    const field = stepField(sampler);
    if (field === null || stepSize === null) {
      return [{ name: sampler, overrides: { sampler, ...lengths(own, longer) } }];
    }
    return factors.step.map((factor) => ({
      name: `${sampler}-e${short(factor)}`,
      overrides: {
        sampler,
        [field]: times(stepSize, factor),
        ...lengths(own, longer, Math.max(1, 1 / factor)),
      },
    }));
  });
  const spokenFor = new Set([
    'prior_radius',
    'samplers',
    ...[...problems, ...samplers].flatMap(({ overrides }) => Object.keys(overrides)),
  ]);
  return { problems, samplers, spokenFor };
}

/** γ of a configuration, whichever way it is given. */
export function gammaOf(config: Config): number {
  return posteriorTerms(config, targetShape(config).dim ?? 1).gamma;
}

/**
 * The fields of a sampler's length, so many times as long.
 *
 * @param slower warm-up takes so many times that again, since smaller steps take as much longer to arrive;
 * sampling does not. Default 1
 */
export function lengths(
  config: Config,
  longer: number,
  slower = 1,
): Readonly<Record<string, number>> {
  const { names, steps, warmup } = budgetOf(config);
  const settling = Math.ceil(longer * slower * warmup);
  const sampling = Math.ceil(longer * (steps - warmup));
  return {
    [names.warmup]: settling,
    [names.length]: sampling + (includesWarmup(config) ? settling : 0),
  };
}

/** Whether a sampler's length is told with its warm-up. */
export function includesWarmup({ sampler }: Config): boolean {
  return sampler === 'sgld' || sampler === 'sghmc';
}

/** A product as a person would write it, and exactly the value where the factor is 1. */
function times(value: number, factor: number): number {
  return factor === 1 ? value : Number((value * factor).toPrecision(6));
}

function short(factor: number): string {
  return String(Number(factor.toPrecision(4)));
}

function distinct(entries: readonly MapEntry[]): readonly MapEntry[] {
  return [...new Map(entries.map((entry) => [entry.name, entry])).values()];
}
