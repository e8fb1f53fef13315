import { dirname, join, relative, resolve } from 'node:path';
import { failureLog } from '../dispatch/artifacts/failure-log.ts';
import { analysisLayout, RUN_FILES, runDir, sweepLayout } from '../dispatch/artifacts/layout.ts';
import { sweepTables } from '../dispatch/artifacts/sweep-csv.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { finishedJobs } from '../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../dispatch/journal/sweep-state.ts';
import { readSweepFile } from '../dispatch/plan/sweep-file.ts';
import { type RunFacts, sweepPage } from '../report/html/sweep-page.ts';
import { exists } from '../report/run-figures/exists.ts';
import { readMetrics } from '../report/runs/stored-draws.ts';
import { numberIn, readResults } from '../report/sweeps/results-table.ts';
import { sweepFigures } from '../report/sweeps/sweep-figures.ts';
import { samplerName } from '../screens/sweep/families.ts';
import type { MadePage } from './made-page.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';

/** The page of a sweep. @param asked where it shall lie; null: in the sweep's folder. */
export async function makeSweepPage(
  sweepId: string,
  asked: string | null,
  rim: Rim,
): Promise<MadePage> {
  const files = sweepLayout(sweepsDirOf(rim.cwd), sweepId);
  const path = asked ?? files.page;
  const sweep = replay((await readJournal(files.journal)).events);
  const plan = await readSweepFile(files.plan);
  const links = await linksFrom(dirname(path), sweep, rim.cwd);
  const facts = await factsOfRuns(sweep, rim.cwd);
  const text = sweepPage({
    sweep,
    jobs: plan.jobs,
    figures: await drawn(sweepTables(files)(sweep).results, sweep, rim.signal),
    samplerOf: samplerName,
    factsOf: ({ runId }) => facts.get(runId) ?? { exact: null, engine: null },
    linkOf: ({ runId }) => links.get(runId) ?? null,
    logOf: (job) => {
      const log = failureLog(job, files);
      return log === null ? null : relative(rim.cwd, resolve(rim.cwd, log));
    },
    version: rim.version,
    codeVersion: plan.codeVersion,
    madeAt: rim.now(),
  });
  return { path, text };
}

/** Folders of its finished runs that are here. */
export async function runsOfSweep(sweepId: string, cwd: string): Promise<string[]> {
  const { journal } = sweepLayout(sweepsDirOf(cwd), sweepId);
  const sweep = replay((await readJournal(journal)).events);
  const dirs: string[] = [];
  for (const { runId } of finishedJobs(sweep)) {
    const dir = resolve(cwd, runDir(sweep.runsDir, runId));
    if (await exists(join(dir, RUN_FILES.metrics))) dirs.push(dir);
  }
  return dirs;
}

/** Of runs that have a page: the way to it. */
async function linksFrom(
  from: string,
  sweep: SweepState,
  cwd: string,
): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  const pageOf = ({ runId }: JobRecord) =>
    analysisLayout(resolve(cwd, runDir(sweep.runsDir, runId), RUN_FILES.analysis)).page;
  for (const job of finishedJobs(sweep)) {
    const target = pageOf(job);
    if (await exists(target))
      links.set(job.runId, relative(from, target).split('/').map(encodeURIComponent).join('/'));
  }
  return links;
}

/** Of finished runs that are here; one whose metrics cannot be read tells nothing. */
async function factsOfRuns(sweep: SweepState, cwd: string): Promise<Map<string, RunFacts>> {
  const facts = new Map<string, RunFacts>();
  for (const { runId } of finishedJobs(sweep)) {
    const metrics = await readMetrics(resolve(cwd, runDir(sweep.runsDir, runId))).catch(() => ({}));
    const { llc_exact: exact, engine } = metrics as Readonly<Record<string, unknown>>;
    facts.set(runId, {
      exact: typeof exact === 'number' ? exact : null,
      engine: typeof engine === 'string' ? engine : null,
    });
  }
  return facts;
}

async function drawn(results: string, sweep: SweepState, signal: AbortSignal) {
  if (finishedJobs(sweep).length === 0) return [];
  const { rows } = readResults(results, 'results.csv');
  const size = 'target_params';
  const { renderSvg } = await import('../report/figures/render-figure.ts');
  const figures: { name: string; svg: string }[] = [];
  for (const figure of sweepFigures(rows, size, ({ cells }) => numberIn(cells[size] ?? ''))) {
    signal.throwIfAborted();
    figures.push({ name: figure.name, svg: await renderSvg(figure.spec, figure.size) });
  }
  return figures;
}
