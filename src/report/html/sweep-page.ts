import { html, type Markup, verbatim } from './markup.ts';
import { page } from './page.ts';
import { numberCell, round } from './run-page.ts';
import { type Cell, facts, sortableTable } from './table.ts';

/** A finished job. Numbers that are not known are NaN. */
export interface JobFacts {
  readonly job: string;
  readonly problem: string;
  readonly sampler: string;
  readonly seed: number;
  readonly llc: number;
  readonly se: number;
  readonly exact: number;
  readonly ess: number;
  readonly rhat: number;
  readonly samplingS: number;
  readonly durationS: number;
  readonly cost: number;
  readonly verdict: string;
  readonly verdictText: string;
  readonly engine: string;
  readonly attempts: number;
  /** Of its own page, from this one; null where it has none. */
  readonly link: string | null;
}

/** A job that has no run. */
export interface FailedFacts {
  readonly job: string;
  readonly state: string;
  readonly errorType: string;
  readonly error: string;
  readonly log: string;
}

/** What a sweep's page shows. */
export interface SweepFacts {
  readonly sweepId: string;
  /** A line: what became of how many. */
  readonly summary: string;
  /** The table of samplers by problem, as the terminal shows it at a sweep's end: a row a problem. */
  readonly comparison: readonly (readonly string[])[];
  readonly comparisonTitles: readonly string[];
  readonly provenance: readonly (readonly [string, string])[];
  readonly jobs: readonly JobFacts[];
  readonly failed: readonly FailedFacts[];
  /** SVG by this program. */
  readonly figures: readonly string[];
  /** Settings that all finished runs share, and how many differ. */
  readonly shared: readonly (readonly [string, string])[];
  readonly differing: readonly string[];
}

/** The page of a sweep, of a file alone. */
export function sweepPage(sweep: SweepFacts, made: string): string {
  const { sweepId, failed, figures, differing } = sweep;
  const body = html`<h1>Sweep ${sweepId}</h1>
<p class="lead">${sweep.summary}</p>
${comparisonTable(sweep)}
${figures.length === 0 ? null : html`<h2>Figures</h2><div class="figures">${figures.map((svg) => html`<figure>${verbatim(svg)}</figure>`)}</div>`}
<h2>Jobs</h2>
${sweep.jobs.length === 0 ? html`<p>None has finished.</p>` : jobsTable(sweep.jobs)}
${failed.length === 0 ? null : html`<h2>Jobs without a run</h2>${failedTable(failed)}`}
<h2>How it was made</h2>
${facts(sweep.provenance)}
<h2>Configuration</h2>
<p class="lead">What all finished runs share${differing.length === 0 ? '' : `; they differ in ${differing.join(', ')}`}.</p>
${facts(sweep.shared)}`;
  return page(`Sweep ${sweepId}`, body, made);
}

function comparisonTable({ comparison, comparisonTitles }: SweepFacts): Markup | null {
  if (comparison.length === 0) return null;
  const columns = comparisonTitles.map((title) => ({ title }));
  const rows = comparison.map((row) => row.map((text): Cell => ({ text })));
  return html`<h2>Samplers by problem</h2>
${sortableTable('Samplers by problem', columns, rows)}
<p class="lead">Means over seeds with their standard errors.</p>`;
}

const JOB_COLUMNS = [
  { title: 'problem' },
  { title: 'seed', numeric: true },
  { title: 'sampler' },
  { title: 'LLC', numeric: true },
  { title: '±', numeric: true },
  { title: 'exact', numeric: true },
  { title: 'ESS', numeric: true },
  { title: 'R-hat', numeric: true },
  { title: 'verdict' },
  { title: 'sampling s', numeric: true },
  { title: 'all s', numeric: true },
  { title: 'cost $', numeric: true },
  { title: 'engine' },
  { title: 'tries', numeric: true },
];

function jobsTable(jobs: readonly JobFacts[]): Markup {
  const rows = jobs.map((job): Cell[] => [
    { text: job.link === null ? job.problem : html`<a href="${job.link}">${job.problem}</a>` },
    { text: String(job.seed), sort: job.seed },
    { text: job.sampler },
    numberCell(job.llc),
    { text: round(job.se, 2), sort: job.se },
    numberCell(job.exact),
    { text: round(job.ess, 3), sort: job.ess },
    numberCell(job.rhat),
    {
      text: html`<span title="${job.verdictText}">${job.verdict.replaceAll('_', ' ')}</span>`,
      tone: job.verdict === 'converged' ? 'good' : 'doubt',
    },
    { text: round(job.samplingS, 3), sort: job.samplingS },
    { text: round(job.durationS, 3), sort: job.durationS },
    { text: round(job.cost, 3), sort: job.cost },
    { text: job.engine },
    { text: String(job.attempts), sort: job.attempts },
  ]);
  return sortableTable('Jobs', JOB_COLUMNS, rows);
}

function failedTable(failed: readonly FailedFacts[]): Markup {
  const columns = ['job', 'state', 'type', 'what happened'].map((title) => ({ title }));
  const rows = failed.map((job): Cell[] => [
    { text: job.job },
    { text: job.state, tone: 'bad' },
    { text: job.errorType },
    {
      text: html`<details><summary>${job.error.split('\n')[0]?.slice(0, 160) ?? ''}</summary><pre>${job.error}\n${job.log}</pre></details>`,
    },
  ]);
  return sortableTable('Jobs without a run', columns, rows);
}
