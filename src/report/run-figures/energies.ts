import { bfmi } from '../../compute/diagnostics/bfmi.ts';
import {
  type DensityHistogram,
  densityHistogram,
} from '../../compute/diagnostics/density-histogram.ts';
import { type Draws, isFiniteChain, pooled } from '../../compute/diagnostics/draws.ts';
import { mean } from '../../compute/diagnostics/moments.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import type { Figure } from './figure.ts';

/**
 * The energies of HMC about their mean beside their changes from draw to draw (ArviZ's plot_energy, kind hist). Null for
 * the others: what MCLMC stores is an error, not an energy.
 */
export function energyPlot({ sampler, stats }: StoredDraws): Figure | null {
  const energy = stats['energy'];
  if (sampler !== 'hmc' || energy === undefined) return null;
  if (!energy.every(isFiniteChain)) return null;
  const centre = mean(energy.map(mean));
  const marginal = densityHistogram(pooled(energy).map((value) => value - centre));
  const transition = densityHistogram(changesOf(energy));
  const x = [...new Set([...marginal.edges, ...transition.edges])].sort((a, b) => a - b);
  const least = Math.min(...energy.map(bfmi));
  return {
    title: 'Energy, hmc',
    note: `Energies about their mean and their changes: alike is well. Least BFMI ${least.toFixed(2)}; below 0.3 is poor.`,
    x: 'energy',
    y: 'density',
    panels: [
      {
        title: '',
        kind: 'lines',
        x: x.flatMap((place) => [place, place]),
        curves: [
          { name: 'energy', y: steps(marginal, x), look: 0 },
          { name: 'change', y: steps(transition, x), look: 1 },
        ],
        references: [],
      },
    ],
  };
}

/** From each draw to the next, of all chains. */
function changesOf(draws: Draws): Float64Array {
  const steps = draws[0].length - 1;
  const changes = new Float64Array(draws.length * steps);
  draws.forEach((chain, c) => {
    for (let t = 0; t < steps; t++) changes[c * steps + t] = chain[t + 1] - chain[t];
  });
  return changes;
}

/** The outline of the bars at places that hold their edges: before each place, then after it. */
function steps({ edges, density }: DensityHistogram, x: readonly number[]): number[] {
  let bar = -1;
  return x.flatMap((place) => {
    const before = density[bar] ?? 0;
    while (bar < density.length && place >= edges[bar + 1]) bar++;
    return [before, density[bar] ?? 0];
  });
}
