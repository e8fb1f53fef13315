import type { Diagnostics } from '../runs/diagnostics.ts';
import type { RunNotes } from '../runs/stored-draws.ts';
import { html, type Markup, verbatim } from './markup.ts';
import { page } from './page.ts';
import { type Cell, facts, sortableTable } from './table.ts';

/** What a run's page shows. */
export interface RunFacts {
  readonly runId: string;
  readonly notes: RunNotes;
  readonly diagnostics: readonly Diagnostics[];
  /** SVG by this program. */
  readonly figures: readonly string[];
}

/** How a run was made, by the keys of metrics.json. */
const PROVENANCE = {
  created_at: 'made',
  llc_version: 'llc',
  code_version: 'worker',
  node_version: 'Node',
  engine: 'engine',
  gpu: 'GPU',
  dtype: 'numbers',
  timing_threads: 'threads',
  erm_sha256: 'weights',
} as const;

/** The page of one run, of a file alone. */
export function runPage({ runId, notes, diagnostics, figures }: RunFacts, made: string): string {
  const { metrics, config } = notes;
  const text = (key: string) => valueText(metrics[key]);
  const problem = text('target');
  const title = `${problem === '' ? 'run' : problem} ${text('sampler')} seed ${text('seed')}`;
  const [first] = diagnostics;
  const verdict = first?.verdict ?? null;
  const tone = verdict?.code === 'converged' ? 'good' : 'doubt';
  const body = html`<h1>${title}</h1>
<p class="lead">Run ${runId}, family ${text('family_id')}</p>
${estimateOf(first)}
${verdict === null ? null : html`<p><strong class="${tone}">${verdict.code.replaceAll('_', ' ')}</strong>. ${verdict.text}</p>`}
${diagnostics.map((found) => diagnosticsTable(found))}
<h2>Figures</h2>
<div class="figures">${figures.map((svg) => html`<figure>${verbatim(svg)}</figure>`)}</div>
<h2>How it was made</h2>
${facts(Object.entries(PROVENANCE).map(([key, name]) => [name, text(key)]))}
<h2>Numbers</h2>
<details><summary>all of metrics.json</summary>${facts(Object.entries(metrics).map(([key, value]) => [key, valueText(value)]))}</details>
<h2>Configuration</h2>
${facts(Object.entries(config).map(([key, value]) => [key, valueText(value)]))}`;
  return page(title, body, made);
}

function estimateOf(found: Diagnostics | undefined): Markup | null {
  const [all] = found?.rows ?? [];
  if (found === undefined || all === undefined) return null;
  const { exact } = found;
  const away =
    exact === null
      ? ''
      : ` The exact value is ${round(exact)}, ${round(Math.abs(all.mean - exact) / all.mcse, 2)} standard errors away.`;
  return html`<p>Local learning coefficient <strong>${round(all.mean)} ± ${round(all.mcse, 2)}</strong>.${away}</p>`;
}

function diagnosticsTable(found: Diagnostics): Markup {
  const { sampler, chains, draws, bfmi } = found;
  const numbers = ['LLC', '±', 'sd', 'R-hat', 'ESS', 'bulk', 'tail'];
  const columns = [{ title: 'chain' }, ...numbers.map((title) => ({ title, numeric: true }))];
  const rows = found.rows.map((row): Cell[] => [
    { text: row.name },
    ...[row.mean, row.mcse, row.sd, row.rhat, row.essMean, row.essBulk, row.essTail].map(
      numberCell,
    ),
  ]);
  const least =
    bfmi.length === 0 ? '' : ` BFMI ${round(Math.min(...bfmi), 2)} at least (poor below 0.3).`;
  return html`<h2>${sampler}, ${chains} chains of ${draws} draws</h2>
${sortableTable('Diagnostics', columns, rows)}
<p class="lead">As ArviZ computes them.${least}</p>`;
}

export function numberCell(value: number): Cell {
  return { text: Number.isFinite(value) ? round(value) : '', sort: value };
}

/** As many digits as say something. */
export function round(value: number, digits = 4): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : '';
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(Number(value.toPrecision(7)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
