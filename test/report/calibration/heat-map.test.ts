import { expect, test } from 'vitest';
import { advise } from '../../../src/dispatch/calibration/advise.ts';
import type { Cell } from '../../../src/dispatch/calibration/map-cell.ts';
import { heatMapSpec } from '../../../src/report/calibration/heat-map.ts';
import { renderSvg } from '../../../src/report/figures/render-figure.ts';

function cell(stepSize: number | null, gamma: number, llc: number | null): Cell {
  const reading =
    llc === null
      ? null
      : {
          llc,
          se: 0.01,
          ess: 500,
          rhat: 1,
          virial: 1,
          virialSe: 0.001,
          heat: Number.NaN,
          lever: 1,
          work: 10,
          seconds: 1,
          doubts: [],
        };
  return {
    sampler: 'sgld',
    seed: 1,
    stepSize,
    beta0: 1,
    gamma,
    transitions: 100,
    vanishing: true,
    unbiased: false,
    reading,
    failure: llc === null ? 'diverged' : '',
  };
}

async function drawn(cells: readonly Cell[]): Promise<string> {
  const [advice] = advise(cells, { tolerance: 0.02, error: 0.01, base: null });
  if (advice === undefined) throw new Error('no advice');
  return renderSvg(heatMapSpec(advice), { width: 0, height: 0 });
}

test('a heat map shows each estimate, and the word of each place that has none', async () => {
  const cells = [0.1, 1, 10].flatMap((gamma) =>
    [0.001, 0.002].map((step) => cell(step, gamma, gamma === 10 ? null : 4.567 + 0.001 * gamma)),
  );
  const svg = await drawn(cells);
  expect(svg.match(/>4\.567<|>4\.568</g)?.length).toBe(4);
  expect(svg.match(/>diverged</g)?.length).toBe(2);
  expect(svg).toContain('the plateau');
  expect(svg).not.toContain('undefined');
  expect(svg).not.toContain('NaN');
});

test('a map of which nothing can be trusted is drawn all the same', async () => {
  const svg = await drawn([cell(null, 1, null), cell(null, 2, null)]);
  expect(svg).toContain('Nothing is recommended');
  expect(svg.match(/>diverged</g)?.length).toBe(2);
  expect(svg).not.toContain('NaN');
});
