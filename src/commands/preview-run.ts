import { basename, join } from 'node:path';
import { analysisLayout, RUN_FILES, sweepLayout } from '../dispatch/artifacts/layout.ts';
import { sweepsByAge } from '../dispatch/artifacts/sweeps-by-age.ts';
import { LlcError } from '../dispatch/errors.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { type RunOrigin, type RunPart, runPage } from '../report/html/run-page.ts';
import type { AnalysisRequest } from '../report/run-figures/analysis.ts';
import { analysisInThread } from '../report/run-figures/analysis-thread.ts';
import { exists } from '../report/run-figures/exists.ts';
import { FIGURE_NAMES } from '../report/run-figures/figure-names.ts';
import { figureSpec } from '../report/run-figures/figure-spec.ts';
import type { Diagnostics } from '../report/runs/diagnostics.ts';
import { readRunNotes } from '../report/runs/stored-draws.ts';
import { storedSamplers } from '../report/runs/stored-samplers.ts';
import { analysisEntry } from './analysis-entry.ts';
import type { MadePage } from './made-page.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';

const SIZE = { width: 720, height: 400 };

/** The page of a run. @param asked where it shall lie; null: in the run's `analysis/`. */
export async function makeRunPage(dir: string, asked: string | null, rim: Rim): Promise<MadePage> {
  const inWords = (error: Error): never => {
    const hint = 'Bring the run again (llc pull-runs), or compute it again with --no-skip.';
    throw new LlcError(1, `${dir} cannot be shown: ${error.message}.`, hint, { cause: error });
  };
  const notes = await readRunNotes(dir).catch(inWords);
  const { sampler } = notes.metrics;
  const parts: RunPart[] = [];
  for (const name of await storedSamplers(dir)) {
    const request = { dir, sampler: name, notes, figures: FIGURE_NAMES };
    parts.push(await drawn(request, rim, inWords));
  }
  if (parts.length === 0 && typeof sampler === 'string')
    parts.push({ sampler, diagnostics: null, figures: [] });
  if (parts.length === 0)
    throw new LlcError(
      64,
      `${dir} is no run: it has neither draws nor metrics.json.`,
      'Give a folder of runs/.',
    );
  const name = basename(dir);
  const text = runPage({
    name,
    notes,
    parts,
    origin: await originOf(name, sweepsDirOf(rim.cwd)),
    version: rim.version,
    madeAt: rim.now(),
  });
  return { path: asked ?? analysisLayout(join(dir, RUN_FILES.analysis)).page, text };
}

/** @param refuse - called where the draws cannot be used. */
async function drawn(
  request: AnalysisRequest,
  rim: Rim,
  refuse: (error: Error) => never,
): Promise<RunPart> {
  const drawing = import('../report/figures/render-figure.ts');
  const figures: { name: string; svg: string }[] = [];
  let diagnostics: Diagnostics | null = null;
  for await (const part of analysisInThread(analysisEntry(rim), request, rim.signal)) {
    if (part.kind === 'unusable') refuse(new Error(part.reason));
    if (part.kind === 'diagnostics') diagnostics = part.diagnostics;
    else if (part.figure !== null) {
      const { renderSvg } = await drawing;
      figures.push({ name: part.name, svg: await renderSvg(figureSpec(part.figure, SIZE), SIZE) });
    }
  }
  return { sampler: request.sampler, diagnostics, figures };
}

/** Older sweeps are not asked. */
const MOST_SWEEPS = 50;

/** The newest sweep here that computed the run; null where none did, or its journal cannot be read. */
async function originOf(runId: string, sweepsDir: string): Promise<RunOrigin | null> {
  if (!(await exists(sweepsDir))) return null;
  for (const sweepId of (await sweepsByAge(sweepsDir)).slice(0, MOST_SWEEPS)) {
    const journal = await readJournal(sweepLayout(sweepsDir, sweepId).journal).catch(() => null);
    if (journal === null) continue;
    const sweep = replay(journal.events);
    for (const job of sweep.jobs.values()) {
      if (job.runId !== runId || job.state !== 'ok') continue;
      const { jobId, detail: machine, attempt: attempts, durationS, cost } = job;
      return { sweepId, jobId, backend: sweep.backend, machine, attempts, durationS, cost };
    }
  }
  return null;
}
