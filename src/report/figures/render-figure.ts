import { renderAsync } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { fontFiles, readTextWidth } from './font.ts';
import { FIGURE_CONFIG, FONT } from './theme.ts';

/**
 * Drawing takes 3 MB of libraries and a native one: import this file where something is drawn (`await import(…)`), and
 * never from a command's first lines.
 */

/** A figure as Vega-Lite says it, with its data inside; the theme completes it. */
export type FigureSpec = TopLevelSpec;

export interface FigureSize {
  /** In CSS pixels, all in all. Of figures made of several, where each has its own size, not used. */
  readonly width: number;
  readonly height: number;
}

/** Draws a figure as SVG. It has no background; texts are texts, in DejaVu Sans or what the reader has. */
export async function renderSvg(spec: FigureSpec, { width, height }: FigureSize): Promise<string> {
  measureWithTheFont();
  const isOne = 'mark' in spec || 'layer' in spec;
  const sized = isOne
    ? { ...spec, width, height, autosize: { type: 'fit' as const, contains: 'padding' as const } }
    : spec;
  const compiled = compile(sized as TopLevelSpec, { config: FIGURE_CONFIG });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', loader: NO_LOADER });
  try {
    const svg = await view.toSVG();
    return svg.replaceAll(`font-family="${FONT}"`, FAMILY).replaceAll(WHOLE_LINE, '');
  } finally {
    view.finalize();
  }
}

/**
 * A PNG of an SVG that `renderSvg` made, with an own font and no other, so that it is the same on every machine. Made in
 * a thread of its own.
 *
 * @param scale - pixels a CSS pixel. Default 2: sharp on screens of today and in print up to half a page.
 */
export async function pngOf(svg: string, scale = 2): Promise<Uint8Array> {
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles: [...fontFiles()], defaultFontFamily: FONT },
  });
  return image.asPng();
}

/** Both of a figure. */
export async function renderFigure(
  spec: FigureSpec,
  { scale, ...size }: FigureSize & { readonly scale?: number },
): Promise<{ readonly svg: string; readonly png: Uint8Array }> {
  const svg = await renderSvg(spec, size);
  return { svg, png: await pngOf(svg, scale) };
}

const FAMILY = `font-family="${FONT}, Verdana, sans-serif"`;

/** A dash without a gap, the theme's whole line: readers that take it at its word draw four times as long. */
const WHOLE_LINE = ' stroke-dasharray="1,0"';

/** Data come with the figure: one that asks for a file or the network is a fault of ours. */
const refuse = () => Promise.reject(new Error('a figure has its data inside'));
const NO_LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

/** Vega's types leave it out. */
const { textMetrics } = vega as unknown as {
  readonly textMetrics: {
    width: (
      item: { readonly fontSize?: number; readonly fontWeight?: unknown },
      text: unknown,
    ) => number;
  };
};
let measures = false;

/** Without a canvas Vega guesses widths, too large by a quarter; the font itself knows them. */
function measureWithTheFont(): void {
  if (measures) return;
  const [regular, bold] = fontFiles().map(readTextWidth);
  textMetrics.width = (item, text) => {
    const width = item.fontWeight === 'bold' ? bold : regular;
    return (item.fontSize ?? 11) * width(String(text ?? ''));
  };
  measures = true;
}
