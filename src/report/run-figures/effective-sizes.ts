import { essQuantiles } from '../../compute/diagnostics/ess.ts';
import { essEvolution } from '../../compute/diagnostics/ess-evolution.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import type { Figure } from './figure.ts';

const POINTS = 20;
/** Enough to trust the diagnostics themselves (Vehtari et al. 2021). */
const ENOUGH = { name: '400', y: 400 };

/** Effective sample sizes over the draws so far (ArviZ's plot_ess, kind evolution). */
export function essEvolutionPlot({ sampler, llc, sorted }: StoredDraws): Figure {
  const { lengths, bulk, tail } = essEvolution(llc, POINTS, sorted);
  return {
    title: `Effective draws over time, ${sampler}`,
    note: 'Effective sample size of the first draws: straight upward where chains mix; dashed: 400, enough to trust.',
    x: 'draws of all chains',
    y: 'effective draws',
    panels: [
      {
        title: '',
        kind: 'lines',
        x: lengths.map((length) => length * llc.length),
        curves: [
          { name: 'bulk', y: bulk, look: 0 },
          { name: 'tail', y: tail, look: 1 },
        ],
        references: [ENOUGH],
        fromZero: true,
      },
    ],
  };
}

/** Effective sample sizes of quantiles (ArviZ's plot_ess, kind quantile). */
export function essQuantilePlot({ sampler, llc, sorted }: StoredDraws): Figure {
  const probabilities = Array.from(
    { length: POINTS },
    (_, i) => 1 / POINTS + (i * (1 - 2 / POINTS)) / (POINTS - 1),
  );
  return {
    title: `Effective draws by quantile, ${sampler}`,
    note: 'How well each quantile of nβ(L − L₀) is known: a dip is a part that chains seldom visit; dashed: 400.',
    x: 'quantile',
    y: 'effective draws',
    panels: [
      {
        title: '',
        kind: 'lines',
        x: probabilities,
        curves: [{ name: 'quantile', y: essQuantiles(llc, probabilities, sorted), look: 0 }],
        references: [ENOUGH],
        fromZero: true,
      },
    ],
  };
}
