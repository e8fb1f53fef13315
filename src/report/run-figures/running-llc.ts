import { mcseMean } from '../../compute/diagnostics/mcse.ts';
import { mean } from '../../compute/diagnostics/moments.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import { chainCurves } from './chain-curves.ts';
import type { Figure } from './figure.ts';
import { evenPlaces } from './thinned-curves.ts';

const POINTS = 400;
/** Where the error is computed anew; between, it is drawn in straight lines. */
const ERRORS = 20;
/** What comes before this share of the draws does not decide how far the figure reaches. */
const SETTLED = 0.05;

/** The mean of nβ(L − L0) over the draws so far: of each chain, of all, with its standard error. */
export function runningLlc({ sampler, llc, exact }: StoredDraws): Figure {
  const draws = llc[0].length;
  const places = evenPlaces(draws, POINTS);
  const chains = llc.map((chain) => runningMeans(chain, places));
  const all = places.map((_, i) => mean(chains.map((means) => means[i])));
  const errors = errorsAt(llc, places);
  const band = [-1, 1].map((side) => all.map((value, i) => value + side * errors[i])) as [
    number[],
    number[],
  ];
  const shown = [...chains, ...band, all].flatMap((values) =>
    values.filter((value, i) => places[i] >= SETTLED * draws && Number.isFinite(value)),
  );
  const references = exact === null ? [] : [{ name: 'exact', y: exact }];
  return {
    title: `Running LLC, ${sampler}`,
    note:
      'Mean of nβ(L − L₀) over the draws so far; band: all chains ± one standard error' +
      (exact === null ? '.' : `; dashed: the exact value, ${brief(exact)}.`),
    x: 'draw',
    y: 'LLC',
    panels: [
      {
        title: '',
        kind: 'lines',
        x: places.map((place) => place + 1),
        curves: [...chainCurves(chains), { name: 'all', y: all, look: null }],
        band,
        references,
        yRange: widened([...shown, ...references.map(({ y }) => y)]),
      },
    ],
  };
}

function runningMeans(chain: Float64Array, places: readonly number[]): number[] {
  let sum = 0;
  let next = 0;
  return places.map((place) => {
    for (; next <= place; next++) sum += chain[next];
    return sum / next;
  });
}

/** MCSE of the mean of the draws up to each place; NaN before there are enough for one. */
function errorsAt(llc: StoredDraws['llc'], places: readonly number[]): number[] {
  const knots = evenPlaces(llc[0].length, ERRORS);
  const known = knots.map((place) => mcseMean(llc.map((chain) => chain.subarray(0, place + 1))));
  let next = 0;
  return places.map((place) => {
    while (knots[next] < place) next++;
    if (next === 0) return place === knots[0] ? known[0] : Number.NaN;
    const part = (place - knots[next - 1]) / (knots[next] - knots[next - 1]);
    return known[next - 1] + part * (known[next] - known[next - 1]);
  });
}

/** With a twentieth of air at both ends. */
function widened(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = (high - low) / 20 || Math.abs(low) / 100 || 1;
  return [low - air, high + air];
}

function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}
