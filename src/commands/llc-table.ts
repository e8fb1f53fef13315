import { standing } from '../dispatch/journal/selectors.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import { type OverSeeds, overSeeds } from '../report/sweeps/over-seeds.ts';
import { samplerName } from '../screens/sweep/families.ts';
import { llcText } from '../ui/format/llc-text.ts';
import { tableText } from './table-text.ts';

/** Beyond so many common standard errors samplers are said to differ. */
const AGREE_SIGMA = 3;

/** Estimates by problem and sampler, and whether the samplers agree; empty where nothing has finished. */
export function llcTable(sweep: SweepState, plusMinus: string): string[] {
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
  return rows.length === 0 ? [] : tableText(['LLC', ...samplers, ''], rows);
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
