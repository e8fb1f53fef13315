import type { Advice } from '../../dispatch/calibration/advise.ts';
import { holds } from '../../dispatch/calibration/plateau.ts';
import { sitesOf } from '../../dispatch/calibration/sites.ts';
import type { FigureSpec } from '../figures/render-figure.ts';

/** Pixels of a place. */
const CELL = { width: 104, height: 34 };
const MOST_COLUMNS = 3;

/**
 * The map of one sampler as a heat map: gamma by step for each beta, the estimate as colour and as number. The
 * plateau has a frame around each of its places, the recommended one a thick one; a place that proves nothing
 * says why. Colours are viridis (van der Walt & Smith 2015), told apart by the colour-blind, and in print by
 * their lightness.
 */
export function heatMapSpec(advice: Advice): FigureSpec {
  const { grid, sampler } = advice;
  const all = sitesOf(grid);
  const trusted = all.filter(({ doubt }) => doubt === '').map(({ llc }) => llc);
  const domain = trusted.length === 0 ? [0, 1] : [Math.min(...trusted), Math.max(...trusted)];
  const middle = (domain[0] + domain[1]) / 2;
  const values = grid.betas.flatMap((beta0, j) =>
    grid.gammas.flatMap((gamma, k) =>
      grid.steps.flatMap((step, i) => {
        const site = grid.at(i, j, k);
        if (site === null) return [];
        const box = advice.plateau?.box;
        const isFlat =
          box !== undefined && holds(box.step, i) && holds(box.beta, j) && holds(box.gamma, k);
        const isBest = site === advice.recommended?.site;
        const isTrusted = site.doubt === '';
        return [
          {
            beta: `beta0 ${short(beta0)}`,
            gamma: short(gamma),
            step: step === null ? 'found by itself' : short(step),
            llc: isTrusted ? site.llc : null,
            number: isTrusted ? String(Number(site.llc.toPrecision(4))) : '',
            word: isTrusted ? '' : site.doubt.replaceAll('_', ' '),
            // Black on light colours, white on dark ones: viridis is light at its high end.
            ink: site.llc > middle ? '#000000' : '#ffffff',
            frame: isBest ? 'recommended' : isFlat ? 'plateau' : 'none',
          },
        ];
      }),
    ),
  );
  const gammas = [...grid.gammas].reverse().map(short);
  const steps = grid.steps.map((step) => (step === null ? 'found by itself' : short(step)));
  const x = {
    field: 'step',
    type: 'ordinal',
    sort: steps,
    title: `step of ${sampler}`,
    axis: { labelAngle: 0 },
  };
  const y = { field: 'gamma', type: 'ordinal', sort: gammas, title: 'gamma' };
  const panel = (beta0: number) => {
    const places = values.filter(({ beta }) => beta === `beta0 ${short(beta0)}`);
    const framed = (frame: string, stroke: string, strokeWidth: number) => ({
      data: { values: places.filter((one) => one.frame === frame) },
      mark: { type: 'rect', filled: false, stroke, strokeWidth },
      encoding: { x, y },
    });
    return {
      title: { text: `beta0 ${short(beta0)}`, fontSize: 11, fontWeight: 'normal', offset: 4 },
      width: CELL.width * steps.length,
      height: CELL.height * gammas.length,
      layer: [
        {
          data: { values: places.filter(({ llc }) => llc === null) },
          mark: { type: 'text' },
          encoding: {
            x,
            y,
            text: { field: 'word', type: 'nominal' },
          },
        },
        {
          data: { values: places.filter(({ llc }) => llc !== null) },
          mark: { type: 'rect' },
          encoding: {
            x,
            y,
            color: {
              field: 'llc',
              type: 'quantitative',
              title: 'estimate',
              scale: { scheme: 'viridis', zero: false, domain },
              legend: { gradientLength: 100 },
            },
          },
        },
        framed('plateau', '#000000', 1.5),
        framed('recommended', '#d55e00', 4),
        ...(['#000000', '#ffffff'] as const).map((ink) => ({
          data: { values: places.filter((one) => one.llc !== null && one.ink === ink) },
          mark: { type: 'text', color: ink },
          encoding: { x, y, text: { field: 'number', type: 'nominal' } },
        })),
      ],
    };
  };
  return {
    title: {
      text: `Estimate by step, beta and gamma, ${sampler}`,
      subtitle: [
        advice.plateau === null
          ? 'No plateau: the estimate depends on beta or gamma.'
          : 'Black frames: the plateau, over which the estimate does not change.',
        advice.recommended === null ? 'Nothing is recommended.' : 'Thick frame: recommended.',
      ],
    },
    columns: MOST_COLUMNS,
    concat: grid.betas.map(panel),
    resolve: { scale: { color: 'shared' } },
  } as unknown as FigureSpec;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
