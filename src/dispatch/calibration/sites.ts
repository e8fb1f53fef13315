import { type Cell, type Place, type Reading, scaleOf } from './map-cell.ts';

/** A place of the map of one sampler, over all seeds. */
export interface Site extends Place {
  /** The plain mean over seeds, and its error from the seeds' own: all places have the same seeds. */
  readonly llc: number;
  readonly se: number;
  /** se over the estimate. */
  readonly relativeSe: number;
  readonly readings: readonly Reading[];
  /** Why the estimate proves nothing: a verdict's word, an error's; empty where it can be trusted. */
  readonly doubt: string;
}

/** The map of one sampler: a full grid, of which sites may be missing. */
export interface SiteGrid {
  /** Rising; one `null` for a sampler that finds its own step. */
  readonly steps: readonly (number | null)[];
  readonly betas: readonly number[];
  readonly gammas: readonly number[];
  /** Null where the map has no such job. */
  at(step: number, beta: number, gamma: number): Site | null;
}

/** Beyond this a place agrees with anything. */
const MOST_RELATIVE_SE = 0.05;
/** Fewer effective draws do not tell their own error. */
const LEAST_ESS = 30;

/** Gathers the cells of one sampler. */
export function siteGrid(cells: readonly Cell[]): SiteGrid {
  const seeds = new Set(cells.map(({ seed }) => seed)).size;
  const steps = rising(cells.map(({ stepSize }) => stepSize));
  const betas = rising(cells.map(({ beta0 }) => beta0));
  const gammas = rising(cells.map(({ gamma }) => gamma));
  const key = (place: Place) => `${place.stepSize} ${place.beta0} ${place.gamma}`;
  const sites = new Map(
    [...Map.groupBy(cells, key)].map(([name, all]) => [name, siteOf(all, seeds)]),
  );
  return {
    steps,
    betas,
    gammas,
    at: (step, beta, gamma) =>
      sites.get(key({ stepSize: steps[step], beta0: betas[beta], gamma: gammas[gamma] })) ?? null,
  };
}

export function sitesOf(grid: SiteGrid): Site[] {
  return grid.steps.flatMap((_, i) =>
    grid.betas.flatMap((__, j) => grid.gammas.flatMap((___, k) => grid.at(i, j, k) ?? [])),
  );
}

function siteOf(cells: readonly Cell[], seeds: number): Site {
  const [{ stepSize, beta0, gamma }] = cells;
  const readings = cells.flatMap(({ reading }) => reading ?? []);
  const k = readings.length;
  const llc = readings.reduce((sum, one) => sum + one.llc, 0) / k;
  const se = Math.hypot(...readings.map((one) => one.se)) / k;
  const relativeSe = se / scaleOf(llc);
  const failure = cells.find((cell) => cell.failure !== '')?.failure ?? '';
  const doubt = failure || (cells.length < seeds ? 'missing' : doubtOf(readings, relativeSe));
  return { stepSize, beta0, gamma, llc, se, relativeSe, readings, doubt };
}

function doubtOf(readings: readonly Reading[], relativeSe: number): string {
  for (const { doubts, ess } of readings) {
    // A short chain is no wrong one: its error says how much it proves.
    const serious = doubts.find((code) => code !== 'few_draws');
    if (serious !== undefined) return serious;
    if (!(ess >= LEAST_ESS)) return 'few_draws';
  }
  return relativeSe <= MOST_RELATIVE_SE ? '' : 'few_draws';
}

function rising<T extends number | null>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a ?? 0) - (b ?? 0));
}
