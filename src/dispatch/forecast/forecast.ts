import type { SamplerName } from '../../compute/settings.ts';
import { ownError } from './own-error.ts';

/** A finished run as a forecast sees it. Relative numbers are shares of the estimate. */
export interface FinishedRun {
  readonly problem: string;
  /** Its sampler, or its entry in a study: what is compared. */
  readonly entry: string;
  readonly sampler: SamplerName;
  readonly seed: number;
  readonly llc: number;
  /** What errors are shares of: the estimate, at least ½. */
  readonly scale: number;
  readonly se: number;
  readonly warmupSeconds: number;
  readonly samplingSeconds: number;
  /** Transitions of a chain after warm-up. */
  readonly draws: number;
  /** US dollars a second; null where nothing was paid. */
  readonly dollarsPerSecond: number | null;
  /** What the run's own meters allow its sampler's error to be, relative; 0 where it has none. NaN: not known. */
  readonly meterBound: number;
  /** Whether its sampler leaves no error of its own, so that others can be compared with it. */
  readonly unbiased: boolean;
  /** Codes of the verdict's doubtful findings but that draws are few, which more draws cure. */
  readonly doubts: readonly string[];
}

/** What can be spent on one run. */
export type Budget =
  | { readonly kind: 'seconds'; readonly amount: number }
  | { readonly kind: 'dollars'; readonly amount: number }
  /** Transitions of a chain after warm-up. */
  | { readonly kind: 'draws'; readonly amount: number };

export interface Aim {
  readonly budget: Budget | null;
  /** A relative standard error; null: none is asked for. */
  readonly error: number | null;
}

/** A number with the range that one standard deviation over seeds gives; NaN where one seed tells none. */
export interface Spread {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What a run of one entry would come to. */
export interface Forecast {
  readonly problem: string;
  readonly entry: string;
  readonly sampler: SamplerName;
  readonly runs: number;
  /** Median of the runs that are there, relative. */
  readonly seNow: number;
  /** What the sampler's own error may be, relative; no draws make it less. NaN: not known. */
  readonly ownError: number;
  /** Why more draws would buy nothing; empty where they would. */
  readonly refusal: string;
  /** With the budget: relative standard error; infinite where warm-up takes all of it. Null without one. */
  readonly seWithBudget: Spread | null;
  /** For the error: seconds with warm-up, and transitions of a chain after it. Null without one. */
  readonly secondsForError: Spread | null;
  readonly drawsForError: number | null;
  /** US dollars of that time; null where nothing was paid. */
  readonly dollarsForError: number | null;
  /** The entry on which this problem's budget is best spent. */
  readonly isBest: boolean;
  /** Another is as good within the spread over seeds. */
  readonly isClose: boolean;
}

/**
 * What draws and time would buy, from what finished runs bought: the squared standard error falls as one over
 * the time of sampling, so that their product is a constant of a sampler on a problem; warm-up comes on top
 * and buys nothing. Runs that are doubted for more than few draws count as failed: an entry of which half or
 * more are is refused, for draws do not cure it. One whose own error may be larger than the error that is
 * asked for is refused as well. The best entry of a problem is that of the least error in all (its own
 * included) for a budget, else the quickest to the error.
 */
export function forecast(runs: readonly FinishedRun[], aim: Aim): Forecast[] {
  return [...Map.groupBy(runs, ({ problem }) => problem).values()].flatMap((ofProblem) => {
    const forecasts = [...Map.groupBy(ofProblem, ({ entry }) => entry).values()].map((own) =>
      forecastEntry(own, ofProblem, aim),
    );
    return withBest(forecasts, aim);
  });
}

function forecastEntry(
  own: readonly FinishedRun[],
  ofProblem: readonly FinishedRun[],
  { budget, error }: Aim,
): Forecast {
  const [{ problem, entry, sampler }] = own;
  const trusted = own.filter(isTrusted);
  const isDoubted = 2 * trusted.length <= own.length;
  const used = isDoubted ? own : trusted;
  const bias = ownError(used, ofProblem.filter(isTrusted));
  const warmup = median(used.map(({ warmupSeconds }) => warmupSeconds));
  const byTime = spreadOf(used.map((run) => relativeSe(run) ** 2 * run.samplingSeconds));
  const byDraws = spreadOf(used.map((run) => relativeSe(run) ** 2 * run.draws));
  const price = priceOf(used);
  const refusal = isDoubted
    ? doubtsText(own)
    : error !== null && bias > error
      ? `its own error may be ${percent(bias)}`
      : '';
  const seconds = error === null ? null : times(byTime, 1 / error ** 2, warmup);
  return {
    problem,
    entry,
    sampler,
    runs: own.length,
    seNow: median(used.map(relativeSe)),
    ownError: bias,
    refusal,
    seWithBudget: budget === null ? null : seWith(budget, { warmup, byTime, byDraws, price }),
    secondsForError: seconds,
    drawsForError: error === null ? null : Math.ceil(byDraws.value / error ** 2),
    dollarsForError: seconds === null || price === null ? null : seconds.value * price,
    isBest: false,
    isClose: false,
  };
}

function seWith(
  budget: Budget,
  known: { warmup: number; byTime: Spread; byDraws: Spread; price: number | null },
): Spread {
  const { warmup, byTime, byDraws, price } = known;
  if (budget.kind === 'draws') return root(times(byDraws, 1 / budget.amount));
  const seconds =
    budget.kind === 'seconds' ? budget.amount : price === null ? Number.NaN : budget.amount / price;
  const left = seconds - warmup;
  return left > 0 ? root(times(byTime, 1 / left)) : root(times(byTime, Number.POSITIVE_INFINITY));
}

function withBest(forecasts: readonly Forecast[], aim: Aim): Forecast[] {
  const cost = (one: Forecast): Spread => {
    if (aim.budget === null || one.seWithBudget === null) return one.secondsForError ?? NOTHING;
    const { value, low, high } = one.seWithBudget;
    const bias = Number.isFinite(one.ownError) ? one.ownError : 0;
    return {
      value: Math.hypot(value, bias),
      low: Math.hypot(low, bias),
      high: Math.hypot(high, bias),
    };
  };
  const open = forecasts.filter((one) => one.refusal === '' && Number.isFinite(cost(one).value));
  if (open.length === 0) return [...forecasts];
  const best = open.reduce((a, b) => (cost(b).value < cost(a).value ? b : a));
  const limit = Number.isFinite(cost(best).high) ? cost(best).high : cost(best).value;
  return forecasts.map((one) => ({
    ...one,
    isBest: one === best,
    isClose: one !== best && open.includes(one) && lowest(cost(one)) <= limit,
  }));
}

const NOTHING: Spread = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

function lowest({ value, low }: Spread): number {
  return Number.isFinite(low) ? low : value;
}

function isTrusted(run: FinishedRun): boolean {
  return run.doubts.length === 0 && run.se > 0 && Number.isFinite(run.se);
}

function relativeSe({ se, scale }: FinishedRun): number {
  return se / scale;
}

/** Dollars a second; null where no run was paid for. */
function priceOf(runs: readonly FinishedRun[]): number | null {
  const known = runs.flatMap(({ dollarsPerSecond }) => dollarsPerSecond ?? []);
  return known.length === 0 ? null : median(known);
}

/** Geometric mean, and a standard deviation of the logarithms to either side. */
function spreadOf(values: readonly number[]): Spread {
  const logarithms = values.map(Math.log);
  const k = logarithms.length;
  const mean = logarithms.reduce((sum, one) => sum + one, 0) / k;
  const deviation =
    k < 2
      ? Number.NaN
      : Math.sqrt(logarithms.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (k - 1));
  return {
    value: Math.exp(mean),
    low: Math.exp(mean - deviation),
    high: Math.exp(mean + deviation),
  };
}

function times({ value, low, high }: Spread, factor: number, plus = 0): Spread {
  return { value: value * factor + plus, low: low * factor + plus, high: high * factor + plus };
}

function root({ value, low, high }: Spread): Spread {
  return { value: Math.sqrt(value), low: Math.sqrt(low), high: Math.sqrt(high) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `2 of 2 not burnt in`. */
function doubtsText(runs: readonly FinishedRun[]): string {
  const doubted = runs.filter((run) => !isTrusted(run));
  const words = doubted.map(({ doubts }) =>
    (doubts[0] ?? 'no standard error').replaceAll('_', ' '),
  );
  const [[word, same]] = [...Map.groupBy(words, (one) => one)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  return `${same.length} of ${runs.length} ${word}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
