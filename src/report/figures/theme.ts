import type { Config } from 'vega-lite';
import type { SamplerName } from '../../compute/settings.ts';

/**
 * The one look of all figures. They have no background and everything in them has a contrast of at least 3 to 1 with
 * white and with black, the text 4.4 to 1, so that the same file is read on paper and in a dark page.
 */

/** Text, axes and what belongs to no chain or sampler: as far from white as from black. */
export const INK = '#757575';
export const FONT = 'DejaVu Sans';

/**
 * The colours of Okabe & Ito (2008) that keep their contrast on white and on black: blue, vermilion, bluish green,
 * reddish purple. People with any of the common colour-blindnesses tell them apart.
 */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'] as const;

/** How one sampler looks in every figure: told apart without colour too. */
export interface SamplerLook {
  readonly colour: string;
  /** Lengths of dashes and gaps; `[1, 0]` is a whole line. */
  readonly dash: readonly number[];
  /** A symbol of Vega's. */
  readonly shape: 'circle' | 'square' | 'triangle-up' | 'diamond';
}

export const SAMPLER_LOOKS: Readonly<Record<SamplerName, SamplerLook>> = {
  sgld: { colour: COLOURS[0], dash: [1, 0], shape: 'circle' },
  sghmc: { colour: COLOURS[1], dash: [6, 3], shape: 'square' },
  hmc: { colour: COLOURS[2], dash: [2, 2], shape: 'triangle-up' },
  mclmc: { colour: COLOURS[3], dash: [8, 3, 2, 3], shape: 'diamond' },
};

/** Of the samplers in their order: the ranges of a scale of Vega-Lite's for colour, dash or shape. */
export function samplerScales(samplers: readonly SamplerName[]) {
  const looks = samplers.map((sampler) => SAMPLER_LOOKS[sampler]);
  return {
    colour: { domain: [...samplers], range: looks.map(({ colour }) => colour) },
    dash: { domain: [...samplers], range: looks.map(({ dash }) => [...dash]) },
    shape: { domain: [...samplers], range: looks.map(({ shape }) => shape) },
  };
}

/** Of curves that are no samplers (chains, kinds of a diagnostic): after four, the same colours with other dashes. */
export function curveLook(index: number): { readonly colour: string; readonly dash: number[] } {
  const dashes = [
    [1, 0],
    [6, 3],
    [2, 2],
    [8, 3, 2, 3],
  ];
  const round = Math.floor(index / COLOURS.length) % dashes.length;
  return { colour: COLOURS[index % COLOURS.length], dash: dashes[round] };
}

const axis = {
  labelColor: INK,
  titleColor: INK,
  domainColor: INK,
  tickColor: INK,
  gridColor: INK,
  gridOpacity: 0.2,
  labelFontSize: 11,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  labelFlush: false,
  tickSize: 4,
} as const;

/** What every figure's specification is completed with. */
export const FIGURE_CONFIG: Config = {
  background: 'transparent',
  font: FONT,
  padding: 8,
  view: { stroke: null },
  axis,
  axisY: { domain: false, ticks: false, labelPadding: 6 },
  axisX: { grid: false },
  header: { labelColor: INK, titleColor: INK, labelFontSize: 11, titleFontSize: 12 },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    symbolStrokeWidth: 2,
  },
  title: {
    color: INK,
    subtitleColor: INK,
    fontSize: 13,
    subtitleFontSize: 11,
    fontWeight: 'bold',
    anchor: 'start',
    frame: 'group',
    offset: 12,
    subtitlePadding: 5,
  },
  range: { category: [...COLOURS] },
  mark: { color: COLOURS[0] },
  line: { strokeWidth: 1.5, strokeCap: 'butt', strokeJoin: 'round' },
  rule: { color: INK },
  text: { color: INK, fontSize: 11 },
};
