import { basename } from 'node:path';
import { LlcError } from '../dispatch/errors.ts';
import { runPage } from '../report/html/run-page.ts';
import { FIGURE_NAMES, figureOf } from '../report/run-figures/figure-names.ts';
import { figureSpec } from '../report/run-figures/figure-spec.ts';
import { type Diagnostics, diagnose } from '../report/runs/diagnostics.ts';
import { readRunNotes, readStoredDraws, storedSamplers } from '../report/runs/stored-draws.ts';
import type { Rim } from './rim.ts';

const SIZE = { width: 640, height: 360 };

/** The page of a run in a folder; of one without draws, what its numbers tell. */
export async function previewRun(dir: string, made: string, rim: Rim): Promise<string> {
  try {
    const notes = await readRunNotes(dir);
    const { renderSvg } = await import('../report/figures/render-figure.ts');
    const diagnostics: Diagnostics[] = [];
    const figures: string[] = [];
    for (const sampler of await storedSamplers(dir)) {
      const draws = await readStoredDraws(dir, sampler, notes);
      diagnostics.push(diagnose(draws));
      for (const name of FIGURE_NAMES) {
        rim.signal.throwIfAborted();
        const figure = figureOf(name, draws);
        if (figure !== null) figures.push(await renderSvg(figureSpec(figure, SIZE), SIZE));
      }
    }
    return runPage({ runId: basename(dir), notes, diagnostics, figures }, made);
  } catch (error) {
    rim.signal.throwIfAborted();
    throw new LlcError(1, `${dir}: ${(error as Error).message}`, 'llc clean removes broken runs.');
  }
}
