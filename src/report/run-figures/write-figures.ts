import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { analysisLayout } from '../../dispatch/artifacts/layout.ts';
import type { FigureSize } from '../figures/render-figure.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import { exists } from './exists.ts';
import { type FigureName, figureOf } from './figure-names.ts';
import { figureSpec } from './figure-spec.ts';

/** Fits a page's width and half of a wide screen. */
const SIZE: FigureSize = { width: 720, height: 400 };

export interface FigureFate {
  readonly name: FigureName;
  /** `kept`: both files were there and were not to be replaced. `absent`: the run has not stored what it needs. */
  readonly state: 'written' | 'kept' | 'absent';
}

/**
 * Draws figures of a run as SVG and PNG. While a thread makes the PNG of one, the next is computed. Files that are there
 * are kept unless `overwrite`.
 */
export async function writeFigures(
  draws: StoredDraws,
  names: readonly FigureName[],
  where: Destination,
): Promise<FigureFate[]> {
  const fates: FigureFate[] = [];
  let png: Promise<void> = Promise.resolve();
  try {
    for (const name of names) {
      where.signal.throwIfAborted();
      const missing = await missingOf(draws.sampler, name, where);
      const figure = missing.length === 0 ? null : figureOf(name, draws);
      const state = missing.length === 0 ? 'kept' : figure === null ? 'absent' : 'written';
      fates.push({ name, state });
      if (figure === null) continue;
      const { pngOf, renderSvg } = await import('../figures/render-figure.ts');
      const svg = await renderSvg(figureSpec(figure, SIZE), SIZE);
      await png;
      png = Promise.resolve();
      const path = (kind: Kind) => analysisLayout(where.dir).figure(draws.sampler, name, kind);
      if (missing.includes('svg')) await writeWhole(path('svg'), svg);
      if (missing.includes('png')) png = pngOf(svg).then((bytes) => writeWhole(path('png'), bytes));
    }
  } finally {
    await png;
  }
  return fates;
}

interface Destination {
  readonly dir: string;
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
}

type Kind = 'svg' | 'png';

/** Files of a figure that shall be written. */
async function missingOf(
  sampler: string,
  name: FigureName,
  { dir, overwrite }: Destination,
): Promise<Kind[]> {
  const kinds: Kind[] = [];
  for (const kind of ['svg', 'png'] as const)
    if (overwrite || !(await exists(analysisLayout(dir).figure(sampler, name, kind))))
      kinds.push(kind);
  return kinds;
}
