import { type Cell, type Reading, scaleOf } from './map-cell.ts';
import { type Site, type SiteGrid, sitesOf } from './sites.ts';

/** A slope with its standard error; NaN where there is nothing to compare. */
export interface Slope {
  readonly slope: number;
  readonly se: number;
}

type Axis = 'stepSize' | 'beta0' | 'gamma';

/** Standard errors that a bound has to spare. */
const SPARE = 2;
/** Standard errors that a change in the map must have before no meter talks it away. */
const CLEAR = 3;
/** On (w1 w2)²/2 an error of 1.2 % was one of the virial of .17 % (docs/calibration.md). */
const UNDERTOLD = 3;

/**
 * How the estimate changes along an axis, relative to itself: by step size, or by e-fold of beta or gamma.
 * Only places that agree in both other coordinates are compared. Such lines share their random numbers, so
 * that many of them know it no better than one.
 *
 * @param counts which trusted places count. Default: all
 */
export function slopeAlong(
  grid: SiteGrid,
  axis: Axis,
  counts: (site: Site) => boolean = () => true,
): Slope {
  const others = (['stepSize', 'beta0', 'gamma'] as const).filter((name) => name !== axis);
  const trusted = sitesOf(grid).filter((site) => site.doubt === '' && counts(site));
  const lines = Map.groupBy(trusted, (site) => others.map((name) => site[name]).join(' '));
  let along = 0;
  let across = 0;
  for (const line of lines.values()) {
    const scale = scaleOf(sum(line, ({ llc }) => llc) / line.length);
    const points = line.map((site) => ({
      x: coordinate(site, axis),
      y: site.llc / scale,
      weight: (scale / site.se) ** 2,
    }));
    const total = sum(points, ({ weight }) => weight);
    const x0 = sum(points, ({ weight, x }) => weight * x) / total;
    const y0 = sum(points, ({ weight, y }) => weight * y) / total;
    along += sum(points, ({ weight, x, y }) => weight * (x - x0) * (y - y0));
    across += sum(points, ({ weight, x }) => weight * (x - x0) ** 2);
  }
  return across > 0 ? { slope: along / across, se: Math.sqrt(lines.size / across) } : UNKNOWN;
}

const UNKNOWN: Slope = { slope: Number.NaN, se: Number.NaN };

function coordinate(site: Site, axis: Axis): number {
  const value = site[axis] ?? Number.NaN;
  return axis === 'stepSize' ? value : Math.log(value);
}

/**
 * What a sampler's own error may be of the estimate at a step, at most and relative. The map tells: the error
 * vanishes with the step and is first proportional to it, so that the change with the step bounds it. So do
 * the meters, the heat of the Euler scheme or else what the virial may be off, read as an error of the
 * estimate; on singular posteriors they say too little, so that three times what they say is taken. Where the
 * map has one step alone, or the error does not vanish, there is nothing but the meters.
 *
 * @param sites at this step, all trusted
 */
export function biasBound(
  sites: readonly Site[],
  slope: Slope,
  how: Pick<Cell, 'vanishing' | 'unbiased'>,
): number {
  if (how.unbiased) return 0;
  const step = sites[0]?.stepSize ?? null;
  const meters = meterBound(sites.flatMap(({ readings }) => readings));
  if (!how.vanishing || step === null || !Number.isFinite(slope.slope)) return meters;
  const seen = Math.abs(slope.slope) * step;
  const byMap = seen + SPARE * slope.se * step;
  const bound = Number.isFinite(meters) ? Math.min(byMap, UNDERTOLD * meters) : byMap;
  return Math.abs(slope.slope) > CLEAR * slope.se ? Math.max(bound, seen) : bound;
}

/** What the meters of runs with the same settings allow the sampler's own error to be, relative. */
export function meterBound(readings: readonly Reading[]): number {
  const k = readings.length;
  const lever = Math.max(...readings.map((one) => one.lever));
  const heat = sum(readings, (one) => one.heat) / k;
  if (Number.isFinite(heat)) return lever * Math.max(0, heat);
  const excess = Math.abs(sum(readings, (one) => one.virial) / k - 1);
  const se = Math.hypot(...readings.map((one) => one.virialSe)) / k;
  return lever * (excess + SPARE * se);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
