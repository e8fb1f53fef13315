import type { StoredDraws } from '../runs/stored-draws.ts';
import { autocorrelationPlot } from './autocorrelations.ts';
import { essEvolutionPlot, essQuantilePlot } from './effective-sizes.ts';
import { energyPlot } from './energies.ts';
import type { Figure } from './figure.ts';
import { rankPlot } from './ranks.ts';
import { runningLlc } from './running-llc.ts';
import { stepCourse } from './step-course.ts';
import { llcTrace, thetaTraces } from './trace.ts';

/** The figures of a run by their names; null where the run has not stored what one needs. */
const FIGURES = {
  running_llc: runningLlc,
  trace: llcTrace,
  rank: rankPlot,
  ess_evolution: essEvolutionPlot,
  ess_quantile: essQuantilePlot,
  autocorr: autocorrelationPlot,
  energy: energyPlot,
  theta: thetaTraces,
  steps: stepCourse,
} as const satisfies Record<string, (draws: StoredDraws) => Figure | null>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

export function isFigureName(name: string): name is FigureName {
  return Object.hasOwn(FIGURES, name);
}

export function figureOf(name: FigureName, draws: StoredDraws): Figure | null {
  return FIGURES[name](draws);
}
