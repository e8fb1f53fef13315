import type { Diagnostics, DiagnosticsRow } from '../runs/diagnostics.ts';
import type { RunNotes } from '../runs/stored-draws.ts';
import { type Html, html } from './html.ts';
import { inlineFigure } from './inline-figure.ts';
import { estimateText, numberText } from './number-text.ts';
import { page } from './page.ts';
import { facts, type TableColumn, table } from './table.ts';
import { verdictWord } from './verdict-word.ts';

/** All that the page of a run tells. */
export interface RunReport {
  /** How its folder is called. */
  readonly name: string;
  readonly notes: RunNotes;
  /** A sampler each; a run of ours has one. */
  readonly parts: readonly RunPart[];
  /** Where it was computed; null where no sweep here knows. */
  readonly origin: RunOrigin | null;
  readonly version: string;
  readonly madeAt: Date;
}

export interface RunPart {
  readonly sampler: string;
  /** Null where the draws were not kept. */
  readonly diagnostics: Diagnostics | null;
  readonly figures: readonly { readonly name: string; readonly svg: string }[];
}

export interface RunOrigin {
  readonly sweepId: string;
  readonly jobId: string;
  readonly backend: string;
  readonly machine: string;
  readonly attempts: number;
  /** Seconds of the attempt that made it. */
  readonly durationS: number | null;
  /** US dollars, over all attempts. */
  readonly cost: number | null;
}

export function runPage(report: RunReport): string {
  const { name, notes, parts } = report;
  const { target = notes.config['target'], seed = notes.config['seed'] } = notes.metrics;
  const what = typeof target === 'string' ? `: ${target}, seed ${wordOf(seed)}` : '';
  const title = `Run ${name}${what}`;
  return page(
    title,
    html`<main>
<h1>${title}</h1>
${parts.map((part) => samplerSection(part, notes.metrics))}
<h2>Where and with what</h2>
${facts('provenance', provenance(report))}
<h2>Configuration</h2>
${facts('configuration', Object.entries(notes.config).map(pair))}
<h2>All metrics</h2>
${facts('all metrics', Object.entries(notes.metrics).map(pair))}
</main>`,
  );
}

function samplerSection({ sampler, diagnostics, figures }: RunPart, metrics: Metrics): Html {
  const told = (key: string) => metrics[`${sampler}_${key}`];
  const verdict = told('verdict');
  const findings = told('findings');
  const mean = diagnostics?.rows[0].mean ?? numberOf(told('llc_mean'));
  const error = diagnostics?.rows[0].mcse ?? numberOf(told('llc_se'));
  const exact = numberOf(metrics['llc_exact']);
  return html`<h2>${sampler}: LLC ${estimateText(mean, error)}</h2>
<p>Verdict: ${typeof verdict === 'string' ? verdictWord(verdict) : 'none is stored with this run'}. ${wordOf(told('verdict_text') ?? '')}</p>
${Array.isArray(findings) && findings.length > 0 ? html`<ul>${findings.map((finding) => html`<li>${wordOf(finding)}</li>`)}</ul>` : null}
${exact === null ? null : html`<p>Exact value: ${numberText(exact)}${awayText(mean, error, exact)}.</p>`}
${diagnostics?.mismatch ? html`<p class="bad">${diagnostics.mismatch}</p>` : null}
<h3>Diagnostics</h3>
${
  diagnostics === null
    ? html`<p>The draws were not kept (--no-artifacts), so there are no figures; the numbers are below.</p>`
    : html`<p class="soft">${diagnostics.chains} chains of ${diagnostics.draws} draws${diagnostics.divergedChains > 0 ? `, ${diagnostics.divergedChains} not finite and left out` : ''}; as ArviZ defines them.</p>
${table(`diagnostics of ${sampler}`, diagnosticsColumns(diagnostics), diagnostics.rows, { sortable: true })}`
}
<h3>Work</h3>
${facts(
  `work of ${sampler}`,
  WORK.map(([key, title]) => [title, numberText(numberOf(told(key)))] as const),
)}
${figures.length === 0 ? null : html`<h3>Figures</h3>`}
<div class="figures">${figures.map((figure) => inlineFigure(`${sampler}_${figure.name}`, figure.svg))}</div>`;
}

const WORK = [
  ['timing_sampling', 'seconds of sampling'],
  ['timing_warmup', 'seconds of warm-up'],
  ['work_grad', 'gradients of all data, sampling'],
  ['work_grad_warmup', 'gradients of all data, warm-up'],
  ['ess_per_sec', 'effective draws a second'],
  ['wnv_time', 'squared error x seconds'],
  ['wnv_fde', 'squared error x gradients'],
] as const;

type Metrics = Readonly<Record<string, unknown>>;

function awayText(mean: number | null, error: number | null, exact: number): string {
  const z = mean === null || error === null ? Number.NaN : (mean - exact) / error;
  return Number.isFinite(z) ? `, ${Math.abs(z).toFixed(1)} standard errors away` : '';
}

function diagnosticsColumns({ rows, bfmi }: Diagnostics): TableColumn<DiagnosticsRow>[] {
  const number = (title: string, value: (row: DiagnosticsRow) => number) => ({
    title,
    value,
    cell: (row: DiagnosticsRow) => numberText(value(row)),
  });
  return [
    { title: 'of', cell: ({ name }) => name },
    {
      title: 'LLC',
      cell: ({ mean, mcse }) => estimateText(mean, mcse),
      value: ({ mean }) => mean,
    },
    number('sd', ({ sd }) => sd),
    number('ESS of the mean', ({ essMean }) => essMean),
    number('bulk ESS', ({ essBulk }) => essBulk),
    number('tail ESS', ({ essTail }) => essTail),
    number('R-hat', ({ rhat }) => rhat),
    ...(bfmi.length === 0
      ? []
      : [number('BFMI', (row) => bfmi[rows.indexOf(row) - 1] ?? Number.NaN)]),
  ];
}

function provenance(report: RunReport): (readonly [string, string])[] {
  const { notes, origin, version, madeAt } = report;
  const told = (title: string, key: string) => [title, wordOf(notes.metrics[key] ?? '-')] as const;
  const number = (value: number | null) => numberText(value);
  return [
    told('run', 'run_id'),
    told('family', 'family_id'),
    told('engine', 'engine'),
    told('GPU', 'gpu'),
    told('numbers', 'dtype'),
    told('threads', 'timing_threads'),
    told('llc', 'llc_version'),
    told('code', 'code_version'),
    told('Node', 'node_version'),
    told('made', 'created_at'),
    ...(origin === null
      ? []
      : ([
          ['sweep', origin.sweepId],
          ['job', origin.jobId],
          ['backend', origin.backend],
          ['machine', origin.machine || '-'],
          ['attempts', String(origin.attempts)],
          ['seconds in all', number(origin.durationS)],
          ['cost, $', number(origin.cost)],
        ] as const)),
    ['page made', `${madeAt.toISOString()} by llc ${version}`],
  ];
}

function pair([name, value]: [string, unknown]): readonly [string, string] {
  return [name, wordOf(value)];
}

/** A value of a JSON file as text: unknown shapes as JSON. */
function wordOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
