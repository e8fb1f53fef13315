import { stat } from 'node:fs/promises';
import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { analysisLayout } from '../../dispatch/artifacts/layout.ts';
import type { FigureSize } from '../figures/render-figure.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import { type FigureName, figureOf } from './figure-names.ts';
import { figureSpec } from './figure-spec.ts';

/** Fits a page's width and half of a wide screen. */
const SIZE: FigureSize = { width: 720, height: 400 };

export interface FigureFate {
  readonly name: FigureName;
  /** `kept`: both files were there and were not to be replaced. `absent`: the run has not stored what it needs. */
  readonly state: 'written' | 'kept' | 'absent';
}

/** Draws figures of a run as SVG and PNG, one after the other. Files that are there are kept unless `overwrite`. */
export async function writeFigures(
  draws: StoredDraws,
  names: readonly FigureName[],
  { dir, overwrite, signal }: { dir: string; overwrite: boolean; signal: AbortSignal },
): Promise<FigureFate[]> {
  const { pngOf, renderSvg } = await import('../figures/render-figure.ts');
  const fates: FigureFate[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const svgPath = analysisLayout(dir).figure(draws.sampler, name, 'svg');
    const pngPath = analysisLayout(dir).figure(draws.sampler, name, 'png');
    const missing = { svg: !(await exists(svgPath)), png: !(await exists(pngPath)) };
    if (!overwrite && !missing.svg && !missing.png) {
      fates.push({ name, state: 'kept' });
      continue;
    }
    const figure = figureOf(name, draws);
    if (figure === null) {
      fates.push({ name, state: 'absent' });
      continue;
    }
    const svg = await renderSvg(figureSpec(figure, SIZE), SIZE);
    if (overwrite || missing.svg) await writeWhole(svgPath, svg);
    if (overwrite || missing.png) await writeWhole(pngPath, pngOf(svg));
    fates.push({ name, state: 'written' });
  }
  return fates;
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
