import { csvRecord } from '../../dispatch/artifacts/csv.ts';
import type { Diagnostics } from './diagnostics.ts';

/** `summary.csv`: a row for all chains of a sampler and one for each, numbers unrounded, unknown ones empty. */
export function summaryCsv(found: readonly Diagnostics[]): string {
  const header =
    'sampler,of,mean,sd,mcse_mean,ess_mean,ess_bulk,ess_tail,r_hat,bfmi,draws,exact,verdict';
  const records = found.flatMap((one) =>
    one.rows.map((row, at) =>
      csvRecord([
        one.sampler,
        row.name,
        row.mean,
        row.sd,
        row.mcse,
        row.essMean,
        row.essBulk,
        row.essTail,
        row.rhat,
        at === 0 ? null : (one.bfmi[at - 1] ?? null),
        at === 0 ? one.draws * one.rows.slice(1).length : one.draws,
        at === 0 ? one.exact : null,
        at === 0 ? (one.verdict?.code ?? null) : null,
      ]),
    ),
  );
  return [`${header}\n`, ...records].join('');
}

/** `summary.json`: the same and all else that is known; what could not be computed is null. */
export function summaryJson(found: readonly Diagnostics[]): string {
  return `${JSON.stringify(found.map(recordOf), null, 2)}\n`;
}

/** Names as in the CSV. */
export function recordOf(one: Diagnostics): object {
  return {
    sampler: one.sampler,
    chains: one.chains,
    chains_diverged: one.divergedChains,
    draws: one.draws,
    exact: one.exact,
    verdict: one.verdict?.code ?? null,
    verdict_text: one.verdict?.text ?? null,
    mismatch: one.mismatch,
    bfmi: one.bfmi,
    rows: one.rows.map((row) => ({
      of: row.name,
      mean: row.mean,
      sd: row.sd,
      mcse_mean: row.mcse,
      ess_mean: row.essMean,
      ess_bulk: row.essBulk,
      ess_tail: row.essTail,
      r_hat: row.rhat,
    })),
  };
}
