import type { FigureSize, FigureSpec } from '../figures/render-figure.ts';
import { curveLook, INK } from '../figures/theme.ts';
import type { Curve, Figure, Panel } from './figure.ts';

/** Below this width panels stand under each other. */
const TWO_COLUMNS = 600;
/** What an axis with its labels and title takes. */
const AXIS = { left: 62, bottom: 40 };
/** Of a figure of several panels: title, note and legend. */
const HEAD = 74;
const LEAST_PANEL = 70;
/** A name of a curve with its sign in the legend. */
const LEGEND_ENTRY = 78;
const MOST_IN_LEGEND = 16;

/**
 * A figure as Vega-Lite says it. One panel fills the size; several keep the width and are as high as they need to be
 * read.
 */
export function figureSpec(figure: Figure, size: FigureSize): FigureSpec {
  const title = { text: figure.title, subtitle: wrapped(figure.note, size.width) };
  const [first] = figure.panels;
  if (figure.panels.length === 1 && first.title === '')
    return { title, ...panelLayers(first, figure, size, figure.y) } as FigureSpec;
  const columns = size.width >= TWO_COLUMNS ? Math.min(2, figure.panels.length) : 1;
  const rows = Math.ceil(figure.panels.length / columns);
  const width = Math.floor((size.width - 16) / columns) - AXIS.left;
  const height = Math.max(LEAST_PANEL, Math.floor((size.height - HEAD) / rows) - AXIS.bottom);
  return {
    title,
    columns,
    spacing: { row: 8, column: 12 },
    concat: figure.panels.map((panel, at) => ({
      title: { text: panel.title, fontSize: 11, fontWeight: 'normal', offset: 4 },
      width,
      height,
      ...panelLayers(panel, figure, size, at % columns === 0 ? figure.y : ''),
    })),
    resolve: { legend: { color: 'shared' }, scale: { x: 'independent', y: 'independent' } },
  } as FigureSpec;
}

function panelLayers(panel: Panel, figure: Figure, { width }: FigureSize, yTitle: string) {
  const x = {
    field: 'x',
    type: 'quantitative',
    title: figure.x,
    axis: xAxis(panel.x),
    scale: { nice: false, zero: panel.kind === 'bars' },
  };
  const domain = panel.yRange === undefined ? {} : { domain: [...panel.yRange], nice: false };
  const y = {
    field: 'y',
    type: 'quantitative',
    title: yTitle,
    axis: { tickCount: 5 },
    scale: { zero: panel.kind === 'bars' || panel.fromZero === true, ...domain },
  };
  return {
    layer: [
      ...bandLayer(panel, x, y),
      ...(panel.kind === 'bars' ? [barLayer(panel, x, y)] : lineLayers(panel, x, y, width)),
      ...panel.references.map((reference) => ({
        data: { values: [reference] },
        mark: { type: 'rule', color: INK, strokeDash: [4, 3], strokeWidth: 1.2 },
        encoding: { y: { ...y, field: 'y' } },
      })),
    ],
  };
}

function bandLayer(panel: Panel, x: object, y: object): object[] {
  if (panel.band === undefined) return [];
  const [lower, upper] = panel.band;
  const values = panel.x.flatMap((place, i) =>
    Number.isFinite(lower[i]) && Number.isFinite(upper[i])
      ? [{ x: place, y: lower[i], y2: upper[i] }]
      : [],
  );
  return [
    {
      data: { values },
      mark: { type: 'area', color: INK, opacity: 0.28, clip: true },
      encoding: { x, y, y2: { field: 'y2' } },
    },
  ];
}

/** What stands for all curves lies over them, and is thicker. */
function lineLayers(panel: Panel, x: object, y: object, width: number): object[] {
  const scales = legendScales(panel.curves, width);
  const layerOf = (curves: readonly Curve[], strokeWidth: number) => ({
    data: { values: curves.flatMap((curve) => points(panel.x, curve)) },
    mark: { type: 'line', clip: true, strokeWidth },
    encoding: { x, y, order: { field: 'at', type: 'quantitative' }, ...scales },
  });
  const together = panel.curves.filter(({ look }) => look === null);
  const each = panel.curves.filter(({ look }) => look !== null);
  const dense = each.length > 4 || panel.x.length > 300;
  return [layerOf(each, dense ? 1 : 1.5), ...(together.length === 0 ? [] : [layerOf(together, 3)])];
}

function points(x: readonly number[], { name, y }: Curve): object[] {
  return x.map((place, at) => ({
    x: place,
    y: Number.isFinite(y[at]) ? y[at] : null,
    at,
    curve: name,
  }));
}

/** Colour and dash by the name of the curve, with one legend for both. */
function legendScales(curves: readonly Curve[], width: number): object {
  const domain = curves.map(({ name }) => name);
  const looks = curves.map(lookOf);
  const legend =
    curves.length < 2
      ? null
      : {
          title: null,
          orient: 'top',
          direction: 'horizontal',
          columns: Math.max(2, Math.floor((width - AXIS.left) / LEGEND_ENTRY)),
          values: domain.slice(-MOST_IN_LEGEND),
          symbolType: 'stroke',
          symbolSize: 200,
        };
  const by = (range: readonly unknown[]) => ({
    field: 'curve',
    type: 'nominal',
    scale: { domain, range },
    legend,
  });
  return {
    color: by(looks.map(({ colour }) => colour)),
    strokeDash: by(looks.map(({ dash }) => dash)),
  };
}

function barLayer({ x: places, curves: [curve] }: Panel, x: object, y: object) {
  const half = (places[1] - places[0]) / 2;
  const values = places.map((place, i) => ({
    x: place - half,
    x2: place + half,
    y: curve.y[i],
    y0: 0,
  }));
  return {
    data: { values },
    mark: { type: 'rect', color: lookOf(curve).colour, opacity: 0.75, stroke: null },
    encoding: { x, x2: { field: 'x2' }, y, y2: { field: 'y0' } },
  };
}

function lookOf({ look }: Curve): { readonly colour: string; readonly dash: number[] } {
  return look === null ? { colour: INK, dash: [1, 0] } : curveLook(look);
}

/** `20k` for large counts, plain numbers otherwise. */
function xAxis(x: readonly number[]) {
  const greatest = Math.max(...x.map(Math.abs));
  return { tickCount: 5, labelFlush: true, ...(greatest >= 10_000 ? { format: '~s' } : {}) };
}

/** In lines that fit: some six pixels a character. */
function wrapped(text: string, width: number): string[] {
  const most = Math.floor((width - 40) / 6.1);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
