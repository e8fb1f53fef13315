import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { analysisLayout } from '../../dispatch/artifacts/layout.ts';
import type { FigureSize } from '../figures/render-figure.ts';
import { exists } from './exists.ts';
import type { Figure } from './figure.ts';
import type { FigureName } from './figure-names.ts';
import { figureSpec } from './figure-spec.ts';

/** Fits a page's width and half of a wide screen. */
const SIZE: FigureSize = { width: 720, height: 400 };

type Kind = 'svg' | 'png';

/** The files of one figure that shall be written; empty where both are there and stay. */
export interface FigureFiles {
  readonly name: FigureName;
  readonly missing: readonly Kind[];
}

interface Destination {
  readonly sampler: string;
  readonly dir: string;
}

/** Which files of figures shall be written: all with `overwrite`, else those that are not there. */
export async function figureFiles(
  names: readonly FigureName[],
  { sampler, dir }: Destination,
  overwrite: boolean,
): Promise<FigureFiles[]> {
  const isMissing = async (name: FigureName, kind: Kind) =>
    overwrite || !(await exists(analysisLayout(dir).figure(sampler, name, kind)));
  return Promise.all(
    names.map(async (name) => ({
      name,
      missing: [
        ...((await isMissing(name, 'svg')) ? (['svg'] as const) : []),
        ...((await isMissing(name, 'png')) ? (['png'] as const) : []),
      ],
    })),
  );
}

/**
 * Draws figures as SVG and PNG, one after the other as they are computed. The library is loaded at once; a thread makes the
 * PNG of one figure while the next is drawn.
 */
export class FigureWriter {
  readonly #where: Destination;
  readonly #drawing = import('../figures/render-figure.ts');
  #png: Promise<void> = Promise.resolve();

  constructor(where: Destination) {
    this.#where = where;
    // Whoever draws sees the rejection.
    this.#drawing.catch(() => {});
  }

  async write(figure: Figure, { name, missing }: FigureFiles): Promise<void> {
    const { sampler, dir } = this.#where;
    const path = (kind: Kind) => analysisLayout(dir).figure(sampler, name, kind);
    const { pngOf, renderSvg } = await this.#drawing;
    const svg = await renderSvg(figureSpec(figure, SIZE), SIZE);
    await this.end();
    if (missing.includes('svg')) await writeWhole(path('svg'), svg);
    if (missing.includes('png')) {
      this.#png = pngOf(svg).then((bytes) => writeWhole(path('png'), bytes));
      // `end` sees the rejection, maybe after the next figure is drawn.
      this.#png.catch(() => {});
    }
  }

  /** When the last file is written. Must be awaited, also where a figure failed. */
  async end(): Promise<void> {
    const png = this.#png;
    this.#png = Promise.resolve();
    await png;
  }
}
