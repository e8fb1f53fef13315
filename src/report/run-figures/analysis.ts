import type { SamplerName } from '../../compute/settings.ts';
import { type Diagnostics, diagnose } from '../runs/diagnostics.ts';
import type { RunNotes, StoredDraws } from '../runs/stored-draws.ts';
import type { Figure } from './figure.ts';
import { type FigureName, figureOf } from './figure-names.ts';

/** The draws of one sampler of a run. */
export interface DrawsRequest {
  /** The run's folder. */
  readonly dir: string;
  readonly sampler: SamplerName;
  readonly notes: RunNotes;
}

/** And what shall be seen of them. */
export interface AnalysisRequest extends DrawsRequest {
  readonly figures: readonly FigureName[];
}

/** What comes of it, as soon as it is known: the diagnostics, then the figures in the order in which they were asked. */
export type AnalysisPart =
  | { readonly kind: 'diagnostics'; readonly diagnostics: Diagnostics }
  /** Null where the run has not stored what it needs. */
  | { readonly kind: 'figure'; readonly name: FigureName; readonly figure: Figure | null }
  /** The file of draws is broken or holds none; nothing follows. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** Computes one part after the other. */
export function* analysisOf(
  draws: StoredDraws,
  figures: readonly FigureName[],
): Generator<AnalysisPart> {
  yield { kind: 'diagnostics', diagnostics: diagnose(draws) };
  for (const name of figures) yield { kind: 'figure', name, figure: figureOf(name, draws) };
}
