import { relative, resolve } from 'node:path';
import { failureLog } from '../dispatch/artifacts/failure-log.ts';
import { analysisLayout, runDir, type sweepLayout } from '../dispatch/artifacts/layout.ts';
import { sweepTables } from '../dispatch/artifacts/sweep-csv.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import {
  countsByState,
  failedJobs,
  finishedJobs,
  standing,
} from '../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../dispatch/journal/sweep-state.ts';
import { type JobFacts, sweepPage } from '../report/html/sweep-page.ts';
import { exists } from '../report/run-figures/exists.ts';
import { type RunNotes, readRunNotes } from '../report/runs/stored-draws.ts';
import { numberIn, readResults } from '../report/sweeps/results-table.ts';
import { sweepFigures } from '../report/sweeps/sweep-figures.ts';
import { moneyText, spanText } from '../ui/format/numbers.ts';
import { llcByProblem } from './llc-table.ts';
import type { Rim } from './rim.ts';

/** A finished job with what its run tells of itself. */
interface Finished {
  readonly job: JobRecord;
  readonly notes: RunNotes;
  /** Of its own page; null where there is none. */
  readonly page: string | null;
}

/** The page of a sweep, from its journal and the runs that are here. */
export async function previewSweep(
  files: ReturnType<typeof sweepLayout>,
  made: string,
  rim: Rim,
): Promise<string> {
  const sweep = replay((await readJournal(files.journal)).events);
  const runsDir = resolve(rim.cwd, sweep.runsDir);
  const finished: Finished[] = [];
  for (const job of finishedJobs(sweep)) {
    rim.signal.throwIfAborted();
    finished.push(await finishedOf(job, runDir(runsDir, job.runId)));
  }
  const { shared, differing } = settingsOf(finished);
  const { titles, rows } = llcByProblem(sweep, '±');
  return sweepPage(
    {
      sweepId: sweep.sweepId,
      summary: summaryText(sweep),
      comparison: rows,
      comparisonTitles: titles,
      provenance: provenanceOf(sweep, finished),
      jobs: finished.map((one) => jobFacts(one, files.dir)),
      failed: failedJobs(sweep).map((job) => ({
        job: job.jobId,
        state: standing(job),
        errorType: job.failure?.errorType ?? '',
        error: job.failure?.error ?? '',
        log: failureLog(job, files) ?? '',
      })),
      figures: await figuresOf(sweep, files),
      shared,
      differing,
    },
    made,
  );
}

async function finishedOf(job: JobRecord, dir: string): Promise<Finished> {
  // A run that is elsewhere, or removed, is known by the journal alone.
  const notes = await readRunNotes(dir).catch(() => ({ metrics: {}, config: {} }));
  const { page } = analysisLayout(`${dir}/analysis`);
  return { job, notes, page: (await exists(page)) ? page : null };
}

function jobFacts({ job, notes: { metrics }, page }: Finished, from: string): JobFacts {
  const { outcome } = job;
  const verdictText = metrics[`${job.sampler}_verdict_text`];
  return {
    job: job.jobId,
    problem: job.problem,
    sampler: job.sampler,
    seed: job.seed,
    llc: outcome?.llcMean ?? Number.NaN,
    se: outcome?.llcSe ?? Number.NaN,
    exact: typeof metrics['llc_exact'] === 'number' ? metrics['llc_exact'] : Number.NaN,
    ess: outcome?.ess ?? Number.NaN,
    rhat: outcome?.rhat ?? Number.NaN,
    samplingS: outcome?.tSampling ?? Number.NaN,
    durationS: job.durationS ?? Number.NaN,
    cost: job.cost ?? Number.NaN,
    verdict: outcome?.verdict ?? '',
    verdictText: typeof verdictText === 'string' ? verdictText : '',
    engine: typeof metrics['engine'] === 'string' ? metrics['engine'] : '',
    attempts: job.attempt,
    link: page === null ? null : relative(from, page).split('\\').join('/'),
  };
}

async function figuresOf(
  sweep: SweepState,
  files: ReturnType<typeof sweepLayout>,
): Promise<string[]> {
  if (finishedJobs(sweep).length < 2) return [];
  const { results } = sweepTables(files)(sweep);
  const { rows } = readResults(results, files.results);
  const column = 'target_params';
  const figures = sweepFigures(rows, column, ({ cells }) => numberIn(cells[column] ?? ''));
  const { renderSvg } = await import('../report/figures/render-figure.ts');
  return Promise.all(figures.map(({ spec, size }) => renderSvg(spec, size)));
}

function summaryText(sweep: SweepState): string {
  const counts = Object.entries(countsByState(sweep)).filter(([, count]) => count > 0);
  return counts.map(([state, count]) => `${count} ${state}`).join(', ');
}

function provenanceOf(
  sweep: SweepState,
  finished: readonly Finished[],
): (readonly [string, string])[] {
  const { plannedAt, endedAt } = sweep;
  const told = (key: string) => {
    const values = finished.flatMap(({ notes }) => notes.metrics[key] ?? []);
    return [...new Set(values.map(String))].join(', ');
  };
  const costs = finished.flatMap(({ job }) => job.cost ?? []);
  const cost = costs.reduce((sum, one) => sum + one, 0);
  return [
    ['backend', sweep.backend],
    ['GPU mode', sweep.gpuMode],
    ['planned', plannedAt === null ? '' : new Date(plannedAt).toISOString()],
    ['took', plannedAt === null || endedAt === null ? '' : spanText((endedAt - plannedAt) / 1000)],
    ['cost', costs.length === 0 ? '' : moneyText(cost)],
    ['llc', told('llc_version')],
    ['worker', told('code_version')],
    ['Node', told('node_version')],
    ['engine', told('engine')],
    ['GPU', told('gpu')],
    ['runs', sweep.runsDir],
  ];
}

/** Settings that all runs have alike, and the names of those that they do not. */
function settingsOf(finished: readonly Finished[]): {
  readonly shared: (readonly [string, string])[];
  readonly differing: string[];
} {
  const configs = finished.flatMap(({ notes: { config } }) =>
    Object.keys(config).length === 0 ? [] : [config],
  );
  const names = [...new Set(configs.flatMap(Object.keys))];
  const valuesOf = (name: string) => new Set(configs.map((config) => textOf(config[name])));
  return {
    shared: names
      .filter((name) => valuesOf(name).size === 1)
      .map((name) => [name, [...valuesOf(name)].join()] as const),
    differing: names.filter((name) => valuesOf(name).size > 1),
  };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
