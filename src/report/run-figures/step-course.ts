import { type Draws, isFiniteChain } from '../../compute/diagnostics/draws.ts';
import { mean } from '../../compute/diagnostics/moments.ts';
import type { StoredDraws } from '../runs/stored-draws.ts';
import { chainCurves } from './chain-curves.ts';
import type { Figure, Panel } from './figure.ts';

const STRETCHES = 50;

/** Acceptance and step size over the draws, as far as they are stored. */
export function stepCourse({ sampler, stats }: StoredDraws): Figure | null {
  const panels = [
    ...panelOf('acceptance rate', stats['acceptance_rate']),
    ...panelOf('step size', stats['step_size']),
  ];
  if (panels.length === 0) return null;
  return {
    title: `Steps, ${sampler}`,
    note: `Means over ${STRETCHES} stretches of draws: level after warm-up.`,
    x: 'draw',
    y: '',
    panels,
  };
}

function panelOf(title: string, draws: Draws | undefined): Panel[] {
  if (draws === undefined || !draws.every(isFiniteChain)) return [];
  const count = draws[0].length;
  const stretches = Math.min(STRETCHES, count);
  const edges = Array.from({ length: stretches + 1 }, (_, i) =>
    Math.floor((i * count) / stretches),
  );
  const chains = draws.map((chain) =>
    edges.slice(1).map((to, i) => mean(chain.subarray(edges[i], to))),
  );
  const x = edges.slice(1);
  return [{ title, kind: 'lines', x, curves: chainCurves(chains), references: [] }];
}
