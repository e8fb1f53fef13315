import type { StoredDraws } from '../runs/stored-draws.ts';
import { chainCurves } from './chain-curves.ts';
import type { Figure } from './figure.ts';
import { envelope } from './thinned-curves.ts';

/** Of a panel that has half the width. */
const BUCKETS = 100;

/** nβ(L − L0) of each recorded draw. */
export function llcTrace({ sampler, llc }: StoredDraws): Figure {
  const numbers = Array.from({ length: llc[0].length }, (_, draw) => draw + 1);
  const { x, chains } = envelope(llc, numbers);
  return {
    title: `Trace, ${sampler}`,
    note: 'nβ(L − L₀) of each draw: chains that lie over each other and neither rise nor fall.',
    x: 'draw',
    y: 'nβ(L − L₀)',
    panels: [{ title: '', kind: 'lines', x, curves: chainCurves(chains), references: [] }],
  };
}

/** The coordinates or projections of the position that were stored, on the draws that kept theirs. */
export function thetaTraces({ sampler, theta }: StoredDraws): Figure | null {
  if (theta === null || theta.draws.length < 2) return null;
  const numbers = theta.draws.map((draw) => draw + 1);
  const panels = theta.values.map((draws, dim) => {
    const { x, chains } = envelope(draws, numbers, BUCKETS);
    const title = theta.names[dim];
    return { title, kind: 'lines' as const, x, curves: chainCurves(chains), references: [] };
  });
  return {
    title: `Positions, ${sampler}`,
    note: `${panels.length} of ${theta.stored} stored numbers of the position: chains that visit the same places.`,
    x: 'draw',
    y: 'value',
    panels,
  };
}
