import type {
  Attributes,
  InferenceData,
  InferenceVariable,
} from '../artifacts/netcdf/inference-data.ts';
import type { RecordedDraw } from './recorder.ts';

/** The draws of a run and what is to be known of them. */
export interface RunDraws {
  readonly draws: readonly RecordedDraw[];
  readonly chains: number;
  /** Names of what is stored of a position. */
  readonly thetaNames: readonly string[];
  readonly nbeta: number;
  /** L0. */
  readonly baseline: number;
  /** Of the file. */
  readonly attrs: Attributes;
  /** Of the group `posterior`, besides those of every group. */
  readonly posteriorAttrs: Attributes;
  /** Of every group: who made it and when. */
  readonly groupAttrs: Attributes;
}

/** Statistics that count or tell, by ArviZ's names, where they are whole numbers; all others are float64. */
const WHOLE: Readonly<Record<string, InferenceVariable['kind']>> = {
  n_steps: 'i64',
  diverging: 'bool',
};

/**
 * The draws of a run as ArviZ knows them. `theta` is as long as `llc`: where a position was not kept it is
 * NaN, so that nothing is cut, rows match in time, and ArviZ finds its two dimensions everywhere.
 */
export function runInferenceData(run: RunDraws): InferenceData {
  const { draws, chains, thetaNames, nbeta, baseline, groupAttrs } = run;
  const coords = {
    chain: Array.from({ length: chains }, (_, chain) => chain),
    draw: draws.map((_, draw) => draw),
  };
  /** chain x draw, from one number a chain a draw. */
  const series = (of: (draw: RecordedDraw, chain: number) => number): Float64Array => {
    const values = new Float64Array(chains * draws.length);
    draws.forEach((draw, t) => {
      for (let chain = 0; chain < chains; chain++)
        values[chain * draws.length + t] = of(draw, chain);
    });
    return values;
  };
  const perDraw = (
    of: (draw: RecordedDraw, chain: number) => number,
    whole: InferenceVariable['kind'] = 'f64',
  ): InferenceVariable => {
    const data = series(of);
    return { dims: ['chain', 'draw'], kind: data.every(Number.isInteger) ? whole : 'f64', data };
  };

  const stats = Object.keys(draws[0]?.stats ?? {}).map(
    (name) => [name, perDraw(({ stats }, chain) => stats[name][chain], WHOLE[name])] as const,
  );
  return {
    attrs: run.attrs,
    groups: {
      posterior: {
        attrs: { ...groupAttrs, ...run.posteriorAttrs },
        coords: thetaNames.length > 0 ? { ...coords, theta_dim: thetaNames } : coords,
        variables: {
          llc: perDraw(({ loss }, chain) => nbeta * (loss[chain] - baseline)),
          L: perDraw(({ loss }, chain) => loss[chain]),
          ...(thetaNames.length > 0 ? { theta: theta(run) } : {}),
        },
      },
      sample_stats: { attrs: groupAttrs, coords, variables: Object.fromEntries(stats) },
    },
  };
}

function theta({ draws, chains, thetaNames }: RunDraws): InferenceVariable {
  const width = thetaNames.length;
  const data = new Float64Array(chains * draws.length * width).fill(Number.NaN);
  draws.forEach(({ theta }, t) => {
    if (theta === null) return;
    for (let chain = 0; chain < chains; chain++) {
      const row = theta.subarray(chain * width, (chain + 1) * width);
      data.set(row, (chain * draws.length + t) * width);
    }
  });
  return { dims: ['chain', 'draw', 'theta_dim'], kind: 'f64', data };
}
