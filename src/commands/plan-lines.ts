import type { Aim, Budget, Forecast, Spread } from '../dispatch/forecast/forecast.ts';
import { spanText } from '../ui/format/numbers.ts';
import { tableText } from './table-text.ts';

/** Field that a recommended number of draws goes into, by sampler. */
const LENGTH = { sgld: 'sgld-steps', sghmc: 'sghmc-steps', hmc: 'hmc-draws', mclmc: 'mclmc-draws' };

/** A row a problem and sampler, and where a budget is best spent. */
export function planLines(sweepId: string, forecasts: readonly Forecast[], aim: Aim): string[] {
  const { budget, error } = aim;
  const header = [
    'problem',
    'sampler',
    'runs',
    'se now',
    'own error',
    ...(budget === null ? [] : [`se for ${budgetText(budget)}`]),
    ...(error === null ? [] : [`time for ${percent(error)}`, 'draws a chain']),
    '',
  ];
  const rows = forecasts.map((one) => [
    one.problem,
    one.entry,
    String(one.runs),
    percent(one.seNow),
    Number.isFinite(one.ownError)
      ? one.ownError === 0
        ? 'none'
        : `<= ${percent(one.ownError)}`
      : '?',
    ...(one.seWithBudget === null ? [] : [seText(one.seWithBudget)]),
    ...(one.secondsForError === null
      ? []
      : [timeText(one.secondsForError, one.dollarsForError), String(one.drawsForError)]),
    remarkOf(one),
  ]);
  return [
    `${sweepId}, for one run of one seed, on cores as those runs had:`,
    ...tableText(header, rows),
    ...bests(forecasts, aim),
  ];
}

function remarkOf({ refusal, isBest, isClose }: Forecast): string {
  if (refusal !== '') return `not by this: ${refusal}`;
  return isBest ? 'best' : isClose ? 'as good within the spread' : '';
}

function bests(forecasts: readonly Forecast[], aim: Aim): string[] {
  const problems = [...Map.groupBy(forecasts, ({ problem }) => problem)];
  return problems.map(([problem, all]) => {
    const best = all.find(({ isBest }) => isBest);
    if (best === undefined)
      return `${problem}: by none of them; more draws would not mend what is doubtful`;
    const few = best.runs < 2 ? '; one run tells no spread, --n-seeds=3 would' : '';
    if (aim.budget !== null && best.seWithBudget !== null) {
      const own =
        best.ownError > 0 ? ` beside an own error of at most ${percent(best.ownError)}` : '';
      return `${problem}: best spent on ${best.entry}: standard error ${percent(best.seWithBudget.value)}${own}${few}`;
    }
    const plus = best.sampler === 'sgld' || best.sampler === 'sghmc' ? ' and warm-up' : '';
    return `${problem}: best by ${best.entry}, --${LENGTH[best.sampler]}=${best.drawsForError}${plus}${few}`;
  });
}

/** For scripts. */
export function planJson(sweepId: string, forecasts: readonly Forecast[], { budget, error }: Aim) {
  return {
    sweep: sweepId,
    budget,
    error,
    forecasts: forecasts.map((one) => ({
      problem: one.problem,
      entry: one.entry,
      sampler: one.sampler,
      runs: one.runs,
      relative_se_now: known(one.seNow),
      own_error: known(one.ownError),
      refusal: one.refusal === '' ? null : one.refusal,
      relative_se: spreadJson(one.seWithBudget),
      seconds: spreadJson(one.secondsForError),
      draws: one.drawsForError,
      dollars: one.dollarsForError,
      best: one.isBest,
      as_good: one.isClose,
    })),
  };
}

function spreadJson(spread: Spread | null) {
  return spread === null
    ? null
    : { value: known(spread.value), low: known(spread.low), high: known(spread.high) };
}

/** `0.41 % (0.36 to 0.47)`. */
function seText({ value, low, high }: Spread): string {
  if (!Number.isFinite(value)) return 'warm-up takes it all';
  const range = Number.isFinite(low) ? ` (${bare(low)} to ${bare(high)})` : '';
  return `${percent(value)}${range}`;
}

function timeText({ value, low, high }: Spread, dollars: number | null): string {
  const range = Number.isFinite(low) ? ` (${spanOf(low)} to ${spanOf(high)})` : '';
  return `${spanOf(value)}${range}${dollars === null ? '' : `, $${dollars.toFixed(2)}`}`;
}

/** Tenths where seconds are few. */
function spanOf(seconds: number): string {
  return seconds < 10 ? `${Number(seconds.toPrecision(2))}s` : spanText(seconds);
}

function budgetText({ kind, amount }: Budget): string {
  if (kind === 'draws') return `${amount} draws`;
  return kind === 'dollars' ? `$${amount}` : spanOf(amount);
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function bare(share: number): string {
  return String(Number((100 * share).toPrecision(2)));
}

function percent(share: number): string {
  return `${bare(share)} %`;
}
