import { standing } from '../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../dispatch/journal/sweep-state.ts';
import { samplerName } from '../screens/sweep/families.ts';
import { llcText } from '../ui/format/llc-text.ts';
import { tableText } from './table-text.ts';

/** An estimate over the seeds of a problem and a sampler. */
export interface OverSeeds {
  readonly mean: number;
  /** Null where no seed tells its error and there is one seed alone. */
  readonly se: number | null;
  readonly seeds: number;
}

/** Beyond so many common standard errors samplers are said to differ. */
const AGREE_SIGMA = 3;

/**
 * The plain mean over seeds: seeds have other data and other weights, so that each counts the same however well it is
 * known. Its error is the larger of what the seeds' own errors give, sqrt(sum se^2) / k, and of what their spread
 * gives, their standard deviation / sqrt(k).
 */
export function overSeeds(jobs: readonly JobRecord[]): OverSeeds | null {
  const known = jobs.flatMap(({ outcome }) => {
    const { llcMean: mean = null, llcSe: se = null } = outcome ?? {};
    return mean === null || !Number.isFinite(mean) ? [] : [{ mean, se }];
  });
  const k = known.length;
  if (k === 0) return null;
  const mean = known.reduce((sum, one) => sum + one.mean, 0) / k;
  const errors = known.flatMap(({ se }) => (se !== null && se > 0 ? [se] : []));
  const own = errors.length === k ? Math.hypot(...errors) / k : null;
  const spread =
    k < 2
      ? null
      : Math.sqrt(known.reduce((sum, one) => sum + (one.mean - mean) ** 2, 0) / (k - 1) / k);
  const se = own === null ? spread : Math.max(own, spread ?? 0);
  return { mean, se: se === null || se === 0 ? own : se, seeds: k };
}

/** Estimates by problem and sampler, and whether the samplers agree; empty where nothing has finished. */
export function llcTable(sweep: SweepState, plusMinus: string): string[] {
  const { titles, rows } = llcByProblem(sweep, plusMinus);
  return rows.length === 0 ? [] : tableText(titles, rows);
}

/** The same as cells: a row a problem. */
export function llcByProblem(
  sweep: SweepState,
  plusMinus: string,
): { readonly titles: string[]; readonly rows: string[][] } {
  const jobs = [...sweep.jobs.values()];
  const samplers = [...new Set(jobs.map(samplerName))];
  const problems = Map.groupBy(jobs, ({ problem }) => problem);
  const rows = [...problems].flatMap(([problem, ofProblem]) => {
    const bySampler = Map.groupBy(ofProblem, samplerName);
    const found = samplers.map((sampler) => overSeeds(bySampler.get(sampler) ?? []));
    if (found.every((one) => one === null)) return [];
    const cells = found.map((one) =>
      one === null ? '' : llcText(one.mean, one.se, { columns: 12, plusMinus }),
    );
    return [[problem, ...cells, agreementText(samplers, found)]];
  });
  return { titles: ['LLC', ...samplers, ''], rows };
}

/** `agree`, or `sgld 3.0 sigma over hmc`: the two that differ most; empty for fewer than two. */
function agreementText(samplers: readonly string[], found: readonly (OverSeeds | null)[]): string {
  const known = found.flatMap((one, index) =>
    one === null || one.se === null || !(one.se > 0)
      ? []
      : [{ name: samplers[index] ?? '', mean: one.mean, se: one.se }],
  );
  if (known.length < 2) return '';
  const pairs = known.flatMap((a) =>
    known.flatMap((b) =>
      a.mean > b.mean ? [{ a, b, z: (a.mean - b.mean) / Math.hypot(a.se, b.se) }] : [],
    ),
  );
  const worst = pairs.sort((one, other) => other.z - one.z)[0];
  if (worst === undefined || worst.z < AGREE_SIGMA) return 'agree';
  return `${worst.a.name} ${worst.z.toFixed(1)} sigma over ${worst.b.name}`;
}

/** `6 doubtful: 4 chains disagree, 2 few draws`; null where all are trusted. */
export function doubtText(sweep: SweepState): string | null {
  const verdicts = [...sweep.jobs.values()].flatMap((job) => {
    const verdict = ['ok', 'cached'].includes(standing(job)) ? job.outcome?.verdict : '';
    return !verdict || verdict === 'converged' ? [] : [verdict];
  });
  if (verdicts.length === 0) return null;
  const reasons = [...Map.groupBy(verdicts, (verdict) => verdict)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([verdict, all]) => `${all.length} ${DOUBTS[verdict] ?? verdict.replaceAll('_', ' ')}`);
  return `${verdicts.length} doubtful: ${reasons.join(', ')}`;
}

const DOUBTS: Readonly<Record<string, string>> = { few_draws: 'too few effective draws' };
