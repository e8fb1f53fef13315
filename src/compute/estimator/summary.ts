import { bfmi } from '../diagnostics/bfmi.ts';
import type { Draws } from '../diagnostics/draws.ts';
import { essBulk, essMean, essTail } from '../diagnostics/ess.ts';
import { mcseMean } from '../diagnostics/mcse.ts';
import { mean } from '../diagnostics/moments.ts';
import { rhat } from '../diagnostics/rhat.ts';
import { sortDraws } from '../diagnostics/sorted-draws.ts';
import type { Work } from '../samplers/sampler.ts';
import type { SamplerName } from '../settings.ts';
import type { DrawTable, MeterTable } from './draw-table.ts';
import { type Trend, trend } from './trend.ts';
import { readVirial, type VirialReading } from './virial.ts';

/** What a sampler has done, and around which point. */
export interface EstimateInput extends DrawTable {
  readonly sampler: SamplerName;
  /**
   * The scheme of `sgld`, else null; `gradientMeter` is an identity of `euler` with a frozen metric and no
   * momentum, so adam passes null.
   */
  readonly scheme: string | null;
  readonly nbeta: number;
  readonly gamma: number;
  /** Number of parameters d. */
  readonly dim: number;
  /** L0 = L(w0) on all data, f64, at the w0 that the posterior is centred on. */
  readonly baseline: number;
  /** ‖∇L(w0)‖. */
  readonly baselineGradientNorm: number;
  /** Whether training reached its tolerance. */
  readonly trained: boolean;
  /** Full-data equivalents a chain. */
  readonly work: Work;
  /** Seconds of the job, set-up excluded. */
  readonly seconds: { readonly sampling: number; readonly warmup: number };
  /** What the estimator should give, where it is known. */
  readonly exact: number | null;
}

/** Every chain left the numbers: there is nothing to estimate from. */
export interface AllDiverged {
  readonly kind: 'all_diverged';
  readonly chains: number;
  /** Of each chain, the first draw whose loss is not finite. */
  readonly firstBad: readonly number[];
}

/**
 * The estimate λ̂ = nβ(E[L] − L0) and what is known of its quality, unrounded. NaN where a number cannot be
 * computed. Chains with a loss that is not finite are left out of everything but their count.
 */
export interface Summary extends VirialReading {
  readonly kind: 'estimate';
  readonly sampler: SamplerName;
  readonly nbeta: number;
  readonly gamma: number;
  readonly dim: number;
  /** Of the job; `divergedChains` of them are left out. */
  readonly chains: number;
  readonly divergedChains: number;
  /** Recorded draws a chain, all of them used. */
  readonly draws: number;
  readonly llc: number;
  /** nβ · MCSE of the mean of L. */
  readonly se: number;
  /** One a chain, NaN for the diverged. */
  readonly llcByChain: readonly number[];
  /** Standard deviation of nβL a draw: se · √ess. */
  readonly sdPerDraw: number;
  /** For the mean of L. */
  readonly ess: number;
  readonly essBulk: number;
  readonly essTail: number;
  /** Rank-normalised split R̂ of L. */
  readonly rhat: number;
  /** nβL between the halves of the chains. */
  readonly llcTrend: Trend;
  readonly baseline: number;
  readonly baselineGradientNorm: number;
  readonly trained: boolean;
  /** nβ(min L − L0); negative where a draw lies below w0. */
  readonly lowest: number;
  /** Share of draws with L < L0; 0 is expected where w0 is a minimum of L. */
  readonly shareBelow: number;
  /** Of each chain that is used; null but for HMC. */
  readonly bfmi: readonly number[] | null;
  /** Mean acceptance rate; NaN where nothing is accepted or rejected. */
  readonly acceptance: number;
  /** Share of draws that the sampler marked as divergent transitions. */
  readonly divergentShare: number;
  /** Mean step size; NaN where the sampler has none. */
  readonly stepSize: number;
  /** Over all chains, in full-data equivalents. */
  readonly work: Work;
  readonly seconds: { readonly sampling: number; readonly warmup: number };
  readonly essPerSecond: number;
  readonly essPerFde: number;
  /** se² · seconds of sampling, and the same with warm-up. */
  readonly wnvTime: number;
  readonly wnvTimeWithWarmup: number;
  /** se² · full-data equivalents of sampling, and the same with warm-up. */
  readonly wnvFde: number;
  readonly wnvFdeWithWarmup: number;
  /** What the estimator should give, and how many standard errors it is away; NaN where not known. */
  readonly exact: number;
  readonly exactZ: number;
}

export function summarise(input: EstimateInput): Summary | AllDiverged {
  const { nbeta, gamma, dim, baseline, losses } = input;
  const finite = losses.map((chain) => chain.every(Number.isFinite));
  if (losses.length > 0 && !finite.includes(true)) {
    const firstBad = losses.map((chain) => chain.findIndex((loss) => !Number.isFinite(loss)));
    return { kind: 'all_diverged', chains: losses.length, firstBad };
  }
  const use = (draws: Draws | undefined): Draws | null =>
    draws === undefined || draws.length === 0 ? null : draws.filter((_, chain) => finite[chain]);
  const stat = (name: string) => use(input.stats[name]);

  // Heights above L0 rather than losses: a mean of large numbers would lose their difference.
  const heights = losses
    .filter((_, chain) => finite[chain])
    .map((chain) => chain.map((loss) => nbeta * (loss - baseline)));
  const llc = mean(heights.map(mean));
  const ess = essMean(heights);
  const se = mcseMean(heights);
  const sorted = sortDraws(heights);
  const energy = input.sampler === 'hmc' ? stat('energy') : null;
  const stepSizes = stat('step_size');
  return {
    kind: 'estimate',
    sampler: input.sampler,
    nbeta,
    gamma,
    dim,
    chains: losses.length,
    divergedChains: finite.filter((well) => !well).length,
    draws: losses[0]?.length ?? 0,
    llc,
    se,
    llcByChain: losses.map((chain, c) =>
      finite[c] ? mean(chain.map((loss) => nbeta * (loss - baseline))) : Number.NaN,
    ),
    sdPerDraw: se * Math.sqrt(ess),
    ess,
    essBulk: essBulk(heights, sorted),
    essTail: essTail(heights, sorted),
    rhat: rhat(heights, sorted),
    llcTrend: trend(heights),
    ...readVirial(usedMeters(input.meters, use), {
      nbeta,
      gamma,
      dim,
      eulerSteps: input.sampler === 'sgld' && input.scheme === 'euler' ? stepSizes : null,
    }),
    baseline,
    baselineGradientNorm: input.baselineGradientNorm,
    trained: input.trained,
    lowest: leastOf(heights),
    shareBelow: meanOf(heights.map((chain) => chain.map((height) => Number(height < 0)))),
    bfmi: energy === null ? null : energy.map(bfmi),
    acceptance: meanOf(stat('acceptance_rate')),
    divergentShare: meanOf(stat('diverging')),
    stepSize: meanOf(stepSizes),
    ...efficiency(input, { ess, se }),
    exact: input.exact ?? Number.NaN,
    exactZ: input.exact === null ? Number.NaN : (llc - input.exact) / se,
  };
}

type Efficiency = Pick<
  Summary,
  | 'work'
  | 'seconds'
  | 'essPerSecond'
  | 'essPerFde'
  | 'wnvTime'
  | 'wnvTimeWithWarmup'
  | 'wnvFde'
  | 'wnvFdeWithWarmup'
>;

/** A diverged chain has cost its share: work and time are those of all chains. */
function efficiency(
  { losses, work: perChain, seconds }: EstimateInput,
  { ess, se }: { ess: number; se: number },
): Efficiency {
  const work: Work = {
    sampling: losses.length * perChain.sampling,
    warmup: losses.length * perChain.warmup,
    evaluation: losses.length * perChain.evaluation,
  };
  return {
    work,
    seconds,
    essPerSecond: perUnit(ess, seconds.sampling),
    essPerFde: perUnit(ess, work.sampling),
    wnvTime: se * se * seconds.sampling,
    wnvTimeWithWarmup: se * se * (seconds.sampling + seconds.warmup),
    wnvFde: se * se * work.sampling,
    wnvFdeWithWarmup: se * se * (work.sampling + work.warmup),
  };
}

/** NaN rather than an infinite efficiency where no time was measured or no work done. */
function perUnit(amount: number, units: number): number {
  return units > 0 ? amount / units : Number.NaN;
}

function usedMeters(
  meters: MeterTable | null,
  use: (draws: Draws | undefined) => Draws | null,
): MeterTable | null {
  if (meters === null) return null;
  return {
    squaredDistance: use(meters.squaredDistance) ?? [],
    virialLoss: use(meters.virialLoss) ?? [],
    gradientNorm: use(meters.gradientNorm ?? undefined),
  };
}

function meanOf(draws: Draws | null): number {
  return draws === null ? Number.NaN : mean(draws.map(mean));
}

function leastOf(draws: Draws): number {
  let least = Number.NaN;
  for (const chain of draws) {
    for (const value of chain) if (!(value >= least)) least = value;
  }
  return least;
}
