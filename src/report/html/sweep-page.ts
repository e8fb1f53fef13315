import type { JobSpec } from '../../dispatch/job/job-spec.ts';
import { countsByState, failedJobs, jobsOf, standing } from '../../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../../dispatch/journal/sweep-state.ts';
import { overSeeds } from '../sweeps/over-seeds.ts';
import { sharedFields } from './configuration.ts';
import { type Html, html } from './html.ts';
import { inlineFigure } from './inline-figure.ts';
import { estimateText, numberText } from './number-text.ts';
import { page } from './page.ts';
import { facts, type TableColumn, table } from './table.ts';
import { verdictWord } from './verdict-word.ts';

/** All that the page of a sweep tells. */
export interface SweepReport {
  readonly sweep: SweepState;
  /** As planned. */
  readonly jobs: readonly JobSpec[];
  readonly figures: readonly { readonly name: string; readonly svg: string }[];
  /** What is called a sampler in its study: the grid's entry. */
  readonly samplerOf: (job: JobRecord) => string;
  /** What its run tells; nulls where it is not here. */
  readonly factsOf: (job: JobRecord) => RunFacts;
  /** The page of a run, from this one; null where there is none. */
  readonly linkOf: (job: JobRecord) => string | null;
  /** Where a failed job's log lies; null where it has none. */
  readonly logOf: (job: JobRecord) => string | null;
  readonly version: string;
  readonly codeVersion: string;
  readonly madeAt: Date;
}

/** What the journal does not tell of a run. */
export interface RunFacts {
  /** What the estimator should give; null where nobody knows. */
  readonly exact: number | null;
  /** What computed it. */
  readonly engine: string | null;
}

export function sweepPage(report: SweepReport): string {
  const { sweep, figures, jobs } = report;
  const { shared, differing } = sharedFields(jobs.map(({ config }) => config));
  const failed = failedJobs(sweep);
  const title = `Sweep ${sweep.sweepId}`;
  return page(
    title,
    html`<main>
<h1>${title}</h1>
<p>${countsText(sweep)}. ${stateText(sweep)}</p>
<h2>Estimates</h2>
<p class="soft">Means over seeds; the error is the larger of what the jobs' own errors give and what the seeds' spread gives.</p>
${estimates(report)}
<h2>Jobs</h2>
${table('jobs', jobColumns(report), jobsOf(sweep), { sortable: true })}
${
  failed.length === 0
    ? null
    : html`<h2>Failed jobs</h2>
${table('failed jobs', failureColumns(report), failed, { sortable: true })}`
}
${
  figures.length === 0
    ? null
    : html`<h2>Figures</h2>
<div class="figures">${figures.map(({ name, svg }) => inlineFigure(name, svg))}</div>`
}
<h2>Where and with what</h2>
${facts('provenance', provenance(report))}
${
  differing.length === 0
    ? null
    : html`<h2>Configuration that differs</h2>
${facts('configuration that differs', differing)}`
}
<h2>Configuration of all jobs</h2>
${facts('configuration of all jobs', shared)}
</main>`,
  );
}

function countsText(sweep: SweepState): string {
  const counts = Object.entries(countsByState(sweep)).filter(([, count]) => count > 0);
  return `${sweep.jobs.size} jobs: ${counts.map(([state, count]) => `${count} ${state}`).join(', ')}`;
}

function stateText({ ended, refusal, paused }: SweepState): string {
  if (refusal !== null) return `Refused: ${refusal.failure.error} ${refusal.hint}`;
  if (paused !== null) return `Paused: ${paused.error}`;
  return ended === null ? 'Not ended when this page was made.' : `Ended: ${ended}.`;
}

/** A row a problem, a column a sampler, after the exact value where one is known. */
function estimates({ sweep, samplerOf, factsOf }: SweepReport): Html {
  const jobs = jobsOf(sweep);
  const samplers = [...new Set(jobs.map(samplerOf))];
  const problems = [...Map.groupBy(jobs, ({ problem }) => problem)];
  const exactOf = ([, ofProblem]: (typeof problems)[number]) => meanExact(ofProblem, factsOf);
  const exactColumn = {
    title: 'exact',
    value: exactOf,
    cell: (of: (typeof problems)[number]) => numberText(exactOf(of)),
  };
  const columns: TableColumn<(typeof problems)[number]>[] = [
    { title: 'problem', cell: ([problem]) => problem },
    ...(isExactKnown(jobs, factsOf) ? [exactColumn] : []),
    ...samplers.map((sampler) => {
      const of = (ofProblem: readonly JobRecord[]) =>
        overSeeds(ofProblem.filter((job) => samplerOf(job) === sampler));
      return {
        title: sampler,
        cell: ([, ofProblem]: (typeof problems)[number]) => {
          const found = of(ofProblem);
          return found === null ? '-' : estimateText(found.mean, found.se);
        },
        value: ([, ofProblem]: (typeof problems)[number]) => of(ofProblem)?.mean ?? null,
      };
    }),
  ];
  return table('estimates', columns, problems, { sortable: true });
}

function isExactKnown(jobs: readonly JobRecord[], factsOf: SweepReport['factsOf']): boolean {
  return jobs.some((job) => factsOf(job).exact !== null);
}

/** Over the runs that know one: seeds may differ in it. */
function meanExact(jobs: readonly JobRecord[], factsOf: SweepReport['factsOf']): number | null {
  const known = jobs.flatMap((job) => factsOf(job).exact ?? []);
  return known.length === 0 ? null : known.reduce((sum, exact) => sum + exact, 0) / known.length;
}

function jobColumns(report: SweepReport): TableColumn<JobRecord>[] {
  const { sweep, samplerOf, linkOf, factsOf } = report;
  const jobs = jobsOf(sweep);
  const number = (title: string, value: (job: JobRecord) => number | null) => ({
    title,
    value,
    cell: (job: JobRecord) => numberText(value(job)),
  });
  return [
    { title: 'problem', cell: ({ problem }) => problem },
    { title: 'sampler', cell: samplerOf },
    { title: 'seed', cell: ({ seed }) => String(seed), value: ({ seed }) => seed },
    {
      title: 'LLC',
      cell: ({ outcome }) => estimateText(outcome?.llcMean ?? null, outcome?.llcSe ?? null),
      value: ({ outcome }) => outcome?.llcMean ?? null,
    },
    ...(isExactKnown(jobs, factsOf) ? [number('exact', (job) => factsOf(job).exact)] : []),
    { title: 'verdict', cell: ({ outcome }) => verdictWord(outcome?.verdict ?? '') },
    { title: 'state', cell: (job) => standing(job) },
    number('ESS', ({ outcome }) => outcome?.ess ?? null),
    number('R-hat', ({ outcome }) => outcome?.rhat ?? null),
    number('seconds of sampling', ({ outcome }) => outcome?.tSampling ?? null),
    number('seconds in all', ({ durationS }) => durationS),
    ...(jobs.some(({ cost }) => cost !== null) ? [number('cost, $', ({ cost }) => cost)] : []),
    number('attempts', ({ attempt }) => attempt),
    ...(jobs.some((job) => factsOf(job).engine !== null)
      ? [{ title: 'engine', cell: (job: JobRecord) => factsOf(job).engine ?? '' }]
      : []),
    {
      title: 'run',
      cell: (job) => {
        const link = linkOf(job);
        return link === null ? job.runId : html`<a href="${link}">${job.runId}</a>`;
      },
    },
  ];
}

function failureColumns({ samplerOf, logOf }: SweepReport): TableColumn<JobRecord>[] {
  const errorOf = (job: JobRecord) => (standing(job) === 'error' ? job.failure : null);
  return [
    { title: 'job', cell: (job) => `${job.problem} s${job.seed} ${samplerOf(job)}` },
    { title: 'state', cell: (job) => standing(job) },
    { title: 'cause', cell: (job) => errorOf(job)?.errorType ?? '' },
    { title: 'stage', cell: (job) => errorOf(job)?.stage ?? '' },
    { title: 'attempts', cell: ({ attempt }) => String(attempt), value: ({ attempt }) => attempt },
    { title: 'what happened', cell: (job) => errorOf(job)?.error ?? '', words: true },
    { title: 'log', cell: (job) => logOf(job) ?? '', words: true },
  ];
}

function provenance(report: SweepReport): (readonly [string, string])[] {
  const { sweep, version, codeVersion, madeAt } = report;
  const { resources } = sweep;
  const costs = jobsOf(sweep).flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const machines = new Set(jobsOf(sweep).flatMap(({ detail }) => detail || []));
  const time = (at: number | null) => (at === null ? '-' : new Date(at).toISOString());
  return [
    ['backend', sweep.backend],
    ['machines', [...machines].join(', ') || '-'],
    ['a job', `${resources.cpus} cores, ${resources.memoryGb} GB, ${resources.timeoutMin} min`],
    ['GPU mode', [sweep.gpuMode, ...resources.gpuTypes].join(' ')],
    ['planned', time(sweep.plannedAt)],
    ['ended', time(sweep.endedAt)],
    [
      'cost',
      costs.length === 0 ? '-' : `$${costs.reduce((sum, cost) => sum + cost, 0).toFixed(2)}`,
    ],
    ['code', codeVersion],
    ['page made', `${madeAt.toISOString()} by llc ${version}`],
  ];
}
