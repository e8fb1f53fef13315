import type { SamplerName } from '../../compute/settings.ts';
import { type Cell, type Place, scaleOf } from './map-cell.ts';
import { findPlateau, holds, type Plateau, type Range, widthOf } from './plateau.ts';
import { type Site, type SiteGrid, siteGrid, sitesOf } from './sites.ts';
import { biasBound, type Slope, slopeAlong } from './step-bias.ts';

/** What advice is asked for. */
export interface Wishes {
  /** A change of the estimate that does not matter, relative. */
  readonly tolerance: number;
  /** The standard error that a run shall have, relative. */
  readonly error: number;
  /** Around which the map was made; null where nobody knows: then 1 and the middle of each axis. */
  readonly base: { readonly beta0: number; readonly gamma: number } | null;
}

/** Settings, what they were chosen by, and what a run of them is to give. */
export interface Recommendation extends Place {
  /** Transitions of a chain after warm-up, and how many times those of the map that is. */
  readonly transitions: number;
  readonly longer: number;
  /** The chains of the map had not all arrived: warm-up twice as long as there. */
  readonly moreWarmup: boolean;
  /** The place in the map. */
  readonly site: Site;
  /** Standard error that a run is to have, relative. */
  readonly expectedSe: number;
  /** What the sampler's own error may be at most, relative. */
  readonly bias: number;
  /** Two standard errors and the bias: 19 of 20 runs come this near, relative. */
  readonly within: number;
}

/** What a map says of one sampler. */
export interface Advice {
  readonly sampler: SamplerName;
  readonly grid: SiteGrid;
  /** Where beta and gamma may vary without the estimate changing; null where there is no such block. */
  readonly plateau: Plateau | null;
  /** The block that the advice rests on: the plateau, else steps at one beta and gamma. */
  readonly ground: Plateau | null;
  readonly recommended: Recommendation | null;
  /** What a reader must know, worst first. */
  readonly warnings: readonly string[];
  /** Relative change of the estimate by e-fold of beta and gamma, over all trusted places. */
  readonly byBeta: Slope;
  readonly byGamma: Slope;
}

/** Effective draws of a run that make its diagnostics reliable: 100 for each of 4 chains. */
const EFFECTIVE = 400;
/** Lengths that are recommended, times the map's. */
const LEAST_LONGER = 0.25;
const MOST_LONGER = 10;
/** Runs vary: a run is a little longer than the mean asks for. */
const SPARE = 1.2;
const MOVING: ReadonlySet<string> = new Set(['not_burnt_in', 'chains_disagree', 'delocalising']);

/** The advice of a map, for each sampler in it. A function of its jobs alone. */
export function advise(cells: readonly Cell[], wishes: Wishes): Advice[] {
  return [...Map.groupBy(cells, ({ sampler }) => sampler).values()].map((own) =>
    adviseSampler(own, wishes),
  );
}

function adviseSampler(cells: readonly Cell[], wishes: Wishes): Advice {
  const [{ sampler }] = cells;
  const grid = siteGrid(cells);
  const base = baseOf(grid, wishes);
  const largest = findPlateau(grid, wishes.tolerance, base);
  const plateau = largest !== null && isFlat(grid, largest) ? largest : null;
  const ground = plateau ?? nearestColumn(grid, wishes.tolerance, base);
  const recommended = ground === null ? null : recommend(cells, grid, ground, base, wishes);
  const byBeta = slopeAlong(grid, 'beta0');
  const byGamma = slopeAlong(grid, 'gamma');
  const found = { grid, plateau, recommended, byBeta, byGamma };
  const warnings = warningsOf(found, base);
  return { sampler, grid, plateau, ground, recommended, warnings, byBeta, byGamma };
}

interface Indices {
  readonly beta: number;
  readonly gamma: number;
}

function baseOf({ betas, gammas }: SiteGrid, { base }: Wishes): Indices {
  const middle = (values: readonly number[]) => Math.floor((values.length - 1) / 2);
  const nearest = (values: readonly number[], to: number) =>
    values.reduce((best, value, i) => (far(value, to) < far(values[best], to) ? i : best), 0);
  return {
    beta: nearest(betas, base?.beta0 ?? 1),
    gamma: base === null ? middle(gammas) : nearest(gammas, base.gamma),
  };
}

/** Distance of two numbers as ratios go. */
function far(one: number, other: number): number {
  return one === other ? 0 : Math.abs(Math.log(one / other));
}

/** A block along the step alone says nothing of beta and gamma, unless the map has only one of each. */
function isFlat({ steps, betas, gammas }: SiteGrid, { box, sites }: Plateau): boolean {
  if (betas.length > 1 || gammas.length > 1) {
    return sites.length > 2 && (widthOf(box.beta) > 1 || widthOf(box.gamma) > 1);
  }
  return steps.length === 1 || widthOf(box.step) > 1;
}

/** The steps that agree with each other at the beta and gamma nearest to the base where any is trusted. */
function nearestColumn(grid: SiteGrid, tolerance: number, base: Indices): Plateau | null {
  const columns = grid.betas
    .flatMap((_, beta) => grid.gammas.map((__, gamma) => ({ beta, gamma })))
    .map((column) => ({ column, away: away(grid, column, base) }))
    .sort((one, other) => one.away - other.away);
  for (const { column } of columns) {
    const found = findPlateau(grid, tolerance, base, column);
    if (found !== null) return found;
  }
  return null;
}

/** Beta says what is estimated, so that leaving it counts more than leaving gamma. */
function away({ betas, gammas }: SiteGrid, one: Indices, base: Indices): number {
  return 10 * far(betas[one.beta], betas[base.beta]) + far(gammas[one.gamma], gammas[base.gamma]);
}

function recommend(
  cells: readonly Cell[],
  grid: SiteGrid,
  { box, sites }: Plateau,
  base: Indices,
  { error }: Wishes,
): Recommendation {
  // Of beta the convention where it is on the plateau; of gamma the middle, far from either edge.
  const beta = holds(box.beta, base.beta) ? base.beta : nearestIn(grid.betas, box.beta, base.beta);
  const gamma = middleOf(box.gamma, base.gamma);
  // How fast the error grows with the step differs from place to place: only these betas and gammas count.
  const columns = new Set(sites.map((one) => `${one.beta0} ${one.gamma}`));
  const slope = slopeAlong(grid, 'stepSize', (one) => columns.has(`${one.beta0} ${one.gamma}`));
  const { vanishing, unbiased } = cells[0];
  const choices = [...Map.groupBy(sites, ({ stepSize }) => stepSize).values()].map((level) => ({
    level,
    bias: biasBound(level, slope, { vanishing, unbiased }),
    variance: varianceOf(level, ({ work }) => work),
  }));
  const typical = Math.min(...choices.map(({ variance }) => variance));
  // At equal work: the squared error that a run of the wanted error would have.
  const cost = ({ bias, variance }: (typeof choices)[number]) =>
    (Number.isFinite(bias) ? bias : 1) ** 2 + (error ** 2 * variance) / typical;
  const { level, bias } = choices.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  const site = level.find(
    (one) => one.beta0 === grid.betas[beta] && one.gamma === grid.gammas[gamma],
  ) as Site;

  const { transitions: before, ...place } = cells.find(
    (cell) =>
      cell.stepSize === site.stepSize && cell.beta0 === site.beta0 && cell.gamma === site.gamma,
  ) as Cell;
  const variance = varianceOf(level, () => 1);
  const effective = geometricMean(level.flatMap(({ readings }) => readings.map(({ ess }) => ess)));
  const wanted = SPARE * Math.max(variance / error ** 2, EFFECTIVE / effective);
  const longer = Math.min(MOST_LONGER, Math.max(LEAST_LONGER, wanted));
  const transitions = Math.ceil(longer * before);
  const expectedSe = Math.sqrt(variance / longer);
  const known = Number.isFinite(bias) ? bias : 0;
  const neighbours = sitesOf(grid).filter(
    (one) => one.beta0 === site.beta0 && one.gamma === site.gamma,
  );
  return {
    stepSize: place.stepSize,
    beta0: place.beta0,
    gamma: place.gamma,
    transitions,
    longer,
    moreWarmup: neighbours.some(({ doubt }) => MOVING.has(doubt)),
    site,
    expectedSe,
    bias,
    within: 2 * expectedSe + known,
  };
}

/** Relative squared error of one seed's run times what it took, typical of some places. */
function varianceOf(
  sites: readonly Site[],
  cost: (of: { readonly work: number }) => number,
): number {
  return geometricMean(
    sites.flatMap(({ readings }) =>
      readings.map((one) => (one.se / scaleOf(one.llc)) ** 2 * cost(one)),
    ),
  );
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function nearestIn(values: readonly number[], [first, last]: Range, to: number): number {
  return far(values[first], values[to]) <= far(values[last], values[to]) ? first : last;
}

/** The middle of a range; of two middles the one nearer to the base. */
function middleOf([first, last]: Range, base: number): number {
  const low = Math.floor((first + last) / 2);
  const high = Math.ceil((first + last) / 2);
  return Math.abs(low - base) <= Math.abs(high - base) ? low : high;
}

function warningsOf(
  {
    grid,
    plateau,
    recommended,
    byBeta,
    byGamma,
  }: Pick<Advice, 'grid' | 'plateau' | 'recommended' | 'byBeta' | 'byGamma'>,
  base: Indices,
): string[] {
  const warnings: string[] = [];
  const all = sitesOf(grid);
  const trusted = all.filter(({ doubt }) => doubt === '');
  if (recommended === null) {
    return [`nothing is recommended: no place of the map can be trusted (${doubtsText(all)})`];
  }
  if (plateau === null) {
    const changes = [
      changeText(byBeta, grid.betas, 'beta', 2),
      changeText(byGamma, grid.gammas, 'gamma', 10),
    ].filter((text) => text !== null);
    const told = changes.length === 0 ? '' : `: ${changes.join(', ')}`;
    warnings.push(
      `no plateau: the estimate depends on beta or gamma${told}. It is the value at this beta and gamma and no ` +
        'other; compare only runs that have the same',
    );
  }
  const { beta0, gamma, bias, longer, expectedSe } = recommended;
  if (beta0 !== grid.betas[base.beta]) {
    warnings.push(
      `beta0 is ${beta0} and not ${grid.betas[base.beta]}: there the map cannot be trusted or is not flat`,
    );
  }
  if (plateau === null && gamma !== grid.gammas[base.gamma]) {
    warnings.push(`gamma is ${gamma}: at ${grid.gammas[base.gamma]} no place can be trusted`);
  }
  if (!Number.isFinite(bias)) warnings.push("the sampler's own error cannot be bounded");
  if (longer === MOST_LONGER) {
    warnings.push(
      `even ${MOST_LONGER} times the length of the map leaves a standard error of ${percent(expectedSe)}`,
    );
  }
  if (2 * trusted.length < all.length) {
    warnings.push(
      `only ${trusted.length} of ${all.length} places can be trusted (${doubtsText(all)})`,
    );
  }
  return warnings;
}

/** `9 not_burnt_in, 3 diverged`. */
function doubtsText(sites: readonly Site[]): string {
  const doubts = sites.flatMap(({ doubt }) => (doubt === '' ? [] : [doubt]));
  return [...Map.groupBy(doubts, (doubt) => doubt)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([doubt, some]) => `${some.length} ${doubt}`)
    .join(', ');
}

/** `+12 % for 10 times gamma`; null where the map has one value or tells nothing. */
function changeText(
  { slope, se }: Slope,
  values: readonly number[],
  name: string,
  fold: number,
): string | null {
  if (values.length < 2 || !Number.isFinite(slope) || Math.abs(slope) < 2 * se) return null;
  // As a power of what varies: estimates go on as powers, not as lines.
  const change = fold ** slope - 1;
  return `${change > 0 ? '+' : '-'}${percent(Math.abs(change))} for ${fold} times ${name}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
