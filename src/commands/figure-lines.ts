import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { Figure, Panel } from '../report/run-figures/figure.ts';
import { braillePlot } from '../ui/braille-plot.ts';
import { type Line, line } from '../ui/line.ts';
import { wrapped } from '../ui/text/wrapped.ts';
import type { Theme } from '../ui/theme.ts';
import { asciiText } from './ascii-text.ts';

const ROWS = 14;
const ROWS_OF_MANY = 8;
/** Digits tell curves apart. */
const MOST_CURVES = 9;

/** A figure as a drawing in the terminal: the same numbers, in braille dots or in ASCII. */
export function figureLines(
  { title, note, x, panels }: Figure,
  { theme, columns }: { readonly theme: Theme; readonly columns: number },
): Line[] {
  const rows = panels.length === 1 ? ROWS : ROWS_OF_MANY;
  return [
    line(plain(title, theme), 'title'),
    ...wrapped(plain(note, theme), columns).map((text) => line(text, 'quiet')),
    ...panels.flatMap((panel) => [
      ...(panel.title === '' ? [] : [line(plain(panel.title, theme))]),
      ...panelLines(panel, { theme, columns, rows, x }),
      ...namesOf(panel).map((text) => line(plain(text, theme), 'quiet')),
    ]),
  ];
}

function panelLines(
  panel: Panel,
  look: {
    readonly theme: Theme;
    readonly columns: number;
    readonly rows: number;
    readonly x: string;
  },
): Line[] {
  const { x, series } = panel.kind === 'bars' ? outline(panel) : curvesOf(panel);
  const whole = x.every(Number.isInteger);
  return braillePlot({
    x,
    series,
    ...(panel.band === undefined ? {} : { band: inRange(panel.band, panel) }),
    levels: panel.references.map(({ y }) => y),
    columns: look.columns,
    rows: look.rows,
    ascii: look.theme.ascii,
    xName: plain(look.x, look.theme),
    ...(whole || panel.kind === 'bars'
      ? {}
      : { xText: (value) => String(Number(value.toPrecision(2))) }),
  });
}

function curvesOf(panel: Panel) {
  const shown = panel.curves.slice(0, MOST_CURVES);
  return {
    x: panel.x,
    series: inRange(
      shown.map(({ y }) => y),
      panel,
    ),
  };
}

/** What the figure cuts off is not drawn here either. */
function inRange<T extends readonly (readonly number[])[]>(curves: T, { yRange }: Panel): T {
  if (yRange === undefined) return curves;
  const [low, high] = yRange;
  return curves.map((y) =>
    y.map((value) => (value >= low && value <= high ? value : Number.NaN)),
  ) as unknown as T;
}

/** Bars as the line along their tops. */
function outline({ x, curves }: Panel) {
  const half = ((x[1] ?? 1) - (x[0] ?? 0)) / 2;
  const tops = curves[0]?.y ?? [];
  return {
    x: [(x[0] ?? 0) - half, ...x.flatMap((middle) => [middle - half, middle + half])],
    series: [[0, ...tops.flatMap((top) => [top, top])]],
  };
}

/** `1 chain 0   2 chain 1   3 all`: what the digits at the curves' ends stand for; none for one curve. */
function namesOf({ curves }: Panel): string[] {
  if (curves.length < 2) return [];
  const named = curves.slice(0, MOST_CURVES).map(({ name }, at) => `${at + 1} ${name}`);
  const left = curves.length - named.length;
  return [[...named, ...(left > 0 ? [`${left} more`] : [])].join('   ')];
}

/** A text of our own or a stored name, as this terminal can write it. */
function plain(text: string, { ascii }: Theme): string {
  const harmless = harmlessText(text);
  return ascii ? asciiText(harmless) : harmless;
}
