import { rankHistogram } from '../../compute/diagnostics/rank-histogram.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import type { Figure } from './figure.ts';

/** A panel each; more would be too small to read. */
const MOST_CHAINS = 8;

/** How the ranks of each chain among all draws are spread (Vehtari et al. 2021, section 5; ArviZ's plot_rank). */
export function rankPlot({ sampler, llc, sorted }: StoredDraws): Figure {
  const { edges, counts } = rankHistogram(llc, sorted);
  const middles = counts[0].map((_, bin) => (edges[bin] + edges[bin + 1]) / 2);
  const expected = llc[0].length / counts[0].length;
  const shown = counts.slice(0, MOST_CHAINS);
  const which = shown.length < counts.length ? ` (${shown.length} of ${counts.length} chains)` : '';
  return {
    title: `Ranks, ${sampler}`,
    note: `Ranks of each chain among all draws${which}: bars near the line mean that chains agree.`,
    x: 'rank',
    y: 'draws',
    panels: shown.map((y, chain) => ({
      title: `chain ${chain}`,
      kind: 'bars',
      x: middles,
      curves: [{ name: `chain ${chain}`, y, look: chain }],
      references: [{ name: '', y: expected }],
    })),
  };
}
