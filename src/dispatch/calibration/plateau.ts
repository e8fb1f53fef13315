import { scaleOf } from './map-cell.ts';
import type { Site, SiteGrid } from './sites.ts';

/** First and last index on an axis, both within. */
export type Range = readonly [first: number, last: number];

/** A block of neighbouring places. */
export interface Box {
  readonly step: Range;
  readonly beta: Range;
  readonly gamma: Range;
}

export interface Plateau {
  readonly box: Box;
  /** All of them trusted. */
  readonly sites: readonly Site[];
  /** The mean over the sites, and its error. */
  readonly llc: number;
  readonly se: number;
}

/** Where a search may look: default everywhere. */
export interface Within {
  readonly beta?: number;
  readonly gamma?: number;
}

/** Standard errors by which two estimates may differ by chance. */
const CHANCE = 2;

/**
 * The largest block of neighbouring places, all of them trusted, over which the estimate does not change:
 * any two places agree within chance and the tolerance, and so do any two values of each axis with all
 * other places of the block pooled, which sees trends that single places hide. Of several the one that
 * has the base in it, then the one with the least spread, then the first. Null where no place is trusted.
 *
 * @param tolerance a change of the estimate that does not matter, relative
 * @param base indices of the beta and the gamma that the map was made around
 */
export function findPlateau(
  grid: SiteGrid,
  tolerance: number,
  base: { readonly beta: number; readonly gamma: number },
  within: Within = {},
): Plateau | null {
  const boxes = ranges(grid.steps.length).flatMap((step) =>
    ranges(grid.betas.length, within.beta).flatMap((beta) =>
      ranges(grid.gammas.length, within.gamma).map((gamma) => ({ step, beta, gamma })),
    ),
  );
  // The large ones first: most of the small ones need no look.
  boxes.sort((one, other) => sizeOf(other) - sizeOf(one));
  let best: Plateau | null = null;
  for (const box of boxes) {
    if (best !== null && sizeOf(box) < best.sites.length) break;
    const found = plateauOf(grid, box, tolerance);
    if (found !== null && (best === null || isBetter(found, best, base))) best = found;
  }
  return best;
}

export function holds(range: Range, index: number): boolean {
  return index >= range[0] && index <= range[1];
}

export function widthOf([first, last]: Range): number {
  return last - first + 1;
}

function sizeOf({ step, beta, gamma }: Box): number {
  return widthOf(step) * widthOf(beta) * widthOf(gamma);
}

function isBetter(
  one: Plateau,
  other: Plateau,
  base: { readonly beta: number; readonly gamma: number },
): boolean {
  if (one.sites.length !== other.sites.length) return one.sites.length > other.sites.length;
  const atBase = ({ box }: Plateau) =>
    Number(holds(box.beta, base.beta)) + Number(holds(box.gamma, base.gamma));
  if (atBase(one) !== atBase(other)) return atBase(one) > atBase(other);
  return spread(one) < spread(other);
}

function plateauOf(grid: SiteGrid, box: Box, tolerance: number): Plateau | null {
  const sites: { site: Site; at: readonly [number, number, number] }[] = [];
  for (let i = box.step[0]; i <= box.step[1]; i++) {
    for (let j = box.beta[0]; j <= box.beta[1]; j++) {
      for (let k = box.gamma[0]; k <= box.gamma[1]; k++) {
        const site = grid.at(i, j, k);
        if (site === null || site.doubt !== '') return null;
        sites.push({ site, at: [i, j, k] });
      }
    }
  }
  const slack = tolerance * scaleOf(mean(sites.map(({ site }) => site.llc)));
  if (
    !allAgree(
      sites.map(({ site }) => site),
      slack,
    )
  )
    return null;
  for (const axis of [0, 1, 2] as const) {
    const levels = [...Map.groupBy(sites, ({ at }) => at[axis]).values()];
    if (
      !allAgree(
        levels.map((level) => pooled(level.map(({ site }) => site))),
        slack,
      )
    )
      return null;
  }
  const all = sites.map(({ site }) => site);
  return { box, sites: all, ...pooled(all) };
}

interface Estimate {
  readonly llc: number;
  readonly se: number;
}

/** Whether any two differ by no more than chance and a slack. */
function allAgree(estimates: readonly Estimate[], slack: number): boolean {
  return estimates.every((one, index) =>
    estimates.slice(index + 1).every((other) => {
      const chance = CHANCE * Math.hypot(one.se, other.se);
      return Math.abs(one.llc - other.llc) <= slack + chance;
    }),
  );
}

function pooled(sites: readonly Estimate[]): Estimate {
  return {
    llc: mean(sites.map(({ llc }) => llc)),
    se: Math.hypot(...sites.map(({ se }) => se)) / sites.length,
  };
}

function spread({ sites }: Plateau): number {
  const values = sites.map(({ llc }) => llc);
  return Math.max(...values) - Math.min(...values);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** All ranges of an axis, or the one that holds a single index. */
function ranges(length: number, only?: number): Range[] {
  if (only !== undefined) return [[only, only]];
  const all: Range[] = [];
  for (let first = 0; first < length; first++) {
    for (let last = first; last < length; last++) all.push([first, last]);
  }
  return all;
}
