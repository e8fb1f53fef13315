import { meanAutocovariance } from '../../compute/diagnostics/autocovariance.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import { chainCurves } from './chain-curves.ts';
import type { Figure } from './figure.ts';

const MOST_LAGS = 100;

/** The correlation of draws by their distance (ArviZ's plot_autocorr). */
export function autocorrelationPlot({ sampler, llc }: StoredDraws): Figure {
  const draws = llc[0].length;
  const lags = Array.from({ length: Math.min(MOST_LAGS, draws) }, (_, lag) => lag);
  const chains = llc.map((chain) => {
    const covariance = meanAutocovariance([chain], lags.length);
    return lags.map((lag) => covariance[lag] / covariance[0]);
  });
  const chance = 1.96 / Math.sqrt(draws);
  return {
    title: `Autocorrelation, ${sampler}`,
    note: 'Of draws by their distance: the sooner it falls into the band of chance, the more a draw is worth.',
    x: 'lag in draws',
    y: 'autocorrelation',
    panels: [
      {
        title: '',
        kind: 'lines',
        x: lags,
        curves: chainCurves(chains),
        band: [lags.map(() => -chance), lags.map(() => chance)],
        references: [],
      },
    ],
  };
}
