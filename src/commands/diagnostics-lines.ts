import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { Diagnostics, DiagnosticsRow } from '../report/runs/diagnostics.ts';
import { llcText } from '../ui/format/llc-text.ts';
import { countText } from '../ui/format/numbers.ts';
import { tableText } from './table-text.ts';

/** Chains beyond these are in summary.csv. */
const MOST_CHAINS = 8;

/** The table of a sampler's diagnostics and the verdict of its run. */
export function diagnosticsLines(found: Diagnostics): string[] {
  const { sampler, exact, verdict, mismatch, divergedChains } = found;
  const shown = found.rows.slice(0, 1 + MOST_CHAINS);
  const more = found.rows.length - shown.length;
  const leastBfmi = Math.min(...found.bfmi);
  return [
    `${sampler}, ${found.chains} chains of ${countText(found.draws)} draws`,
    ...tableText(
      ['', 'LLC', 'sd', 'R-hat', 'ESS mean', 'bulk', 'tail'],
      shown.map(cellsOf),
      new Set([2, 3, 4, 5, 6]),
    ),
    ...(more > 0 ? [`${more} more chains in summary.csv`] : []),
    ...(divergedChains > 0 ? [`${divergedChains} chains are not finite and are left out`] : []),
    ...(exact === null ? [] : [exactText(exact, found.rows[0])]),
    ...(found.bfmi.length === 0 ? [] : [`BFMI ${leastBfmi.toFixed(2)} at least (poor below 0.3)`]),
    verdict === null
      ? 'verdict: none is stored with this run'
      : harmlessText(`verdict: ${verdict.code}. ${verdict.text}`),
    ...(mismatch === null ? [] : [`WARNING: ${mismatch}`]),
  ];
}

function cellsOf(row: DiagnosticsRow): string[] {
  return [
    row.name,
    llcText(row.mean, row.mcse, { columns: 14 }),
    fixed(row.sd, 3),
    fixed(row.rhat, 3),
    fixed(row.essMean, 0),
    fixed(row.essBulk, 0),
    fixed(row.essTail, 0),
  ];
}

function exactText(exact: number, { mean, mcse }: DiagnosticsRow): string {
  const z = (mean - exact) / mcse;
  const far = Number.isFinite(z) ? `, ${Math.abs(z).toFixed(1)} standard errors away` : '';
  return `exact ${Number(exact.toPrecision(5))}${far}`;
}

function fixed(value: number, places: number): string {
  return Number.isFinite(value) ? value.toFixed(places) : '-';
}
