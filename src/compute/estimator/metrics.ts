import type { Summary } from './summary.ts';
import type { Verdict } from './verdict.ts';

/** A number that JSON knows, a word, or a list of these. */
type MetricValue = number | string | boolean | null | readonly MetricValue[];
export type Metrics = Readonly<Record<string, MetricValue>>;

/**
 * What `metrics.json` says of an estimate: keys begin with the sampler's name, numbers are unrounded, and
 * what could not be computed is null. Keys that name timing, per_sec or wnv_time depend on the machine's
 * speed; all others are the same for the same job.
 */
export function metricsOf(summary: Summary, verdict: Verdict): Metrics {
  const { work, seconds, bfmi } = summary;
  const own: Metrics = {
    llc_mean: summary.llc,
    llc_se: summary.se,
    llc_sd_per_draw: summary.sdPerDraw,
    llc_by_chain: summary.llcByChain.map(knownOrNull),
    ess: summary.ess,
    ess_bulk: summary.essBulk,
    ess_tail: summary.essTail,
    rhat: summary.rhat,
    draws: summary.draws,
    chains_used: summary.chains - summary.divergedChains,
    chains_diverged: summary.divergedChains,
    virial: summary.virial,
    virial_se: summary.virialSe,
    localisation_share: summary.localisationShare,
    gradient_meter: summary.gradientMeter,
    distance_rhat: summary.distanceRhat,
    distance_trend_z: summary.distance.z,
    llc_trend: summary.llcTrend.change,
    llc_trend_z: summary.llcTrend.z,
    lowest_nbeta_delta_l: summary.lowest,
    share_below_l0: summary.shareBelow,
    divergent_share: summary.divergentShare,
    step_size: summary.stepSize,
    ...(Number.isFinite(summary.acceptance) ? { mean_acceptance: summary.acceptance } : {}),
    ...(bfmi === null ? {} : { bfmi: bfmi.map(knownOrNull) }),
    work_grad: work.sampling,
    work_grad_warmup: work.warmup,
    work_eval: work.evaluation,
    ess_per_fde: summary.essPerFde,
    wnv_fde: summary.wnvFde,
    wnv_fde_with_warmup: summary.wnvFdeWithWarmup,
    exact_z: summary.exactZ,
    verdict: verdict.code,
    verdict_severity: verdict.severity,
    verdict_text: verdict.text,
    findings: verdict.findings.map(({ code, severity, text }) => `${code} (${severity}): ${text}`),
    timing_sampling: seconds.sampling,
    timing_warmup: seconds.warmup,
    ess_per_sec: summary.essPerSecond,
    wnv_time: summary.wnvTime,
    wnv_time_with_warmup: summary.wnvTimeWithWarmup,
  };
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) => [
      `${summary.sampler}_${key}`,
      typeof value === 'number' ? knownOrNull(value) : value,
    ]),
  );
}

function knownOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
