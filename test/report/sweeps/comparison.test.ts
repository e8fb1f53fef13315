import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agreements } from '../../../src/report/sweeps/agreement.ts';
import { medians } from '../../../src/report/sweeps/medians.ts';
import type { ResultRow } from '../../../src/report/sweeps/results-table.ts';

function row(sampler: ResultRow['sampler'], llcMean: number, llcSe: number): ResultRow {
  return {
    sampler,
    family: 'f',
    problem: 'p',
    seed: '1',
    llcMean,
    llcSe,
    ess: 1,
    samplingTime: 1,
    wnvTime: 1,
    wnvFde: 1,
    verdict: 'converged',
    cells: {},
  };
}

test('samplers are compared with HMC in standard errors of the difference', () => {
  const found = agreements([row('hmc', 10, 3), row('sgld', 20, 4), row('mclmc', 5, 4)]);
  expect(
    found.map(({ sampler, z, reference }) => [sampler, Number(z.toFixed(9)), reference]),
  ).toEqual([
    ['sgld', 2, 'HMC'],
    ['mclmc', -1, 'HMC'],
  ]);
});

test('without HMC each is compared with the others, the precise ones counting more', () => {
  const found = agreements([row('sgld', 12, 1), row('sghmc', 10, 0.1), row('mclmc', 11, 100)]);
  expect(found[0]?.z).toBeCloseTo(2 / Math.hypot(1, 0.1), 3);
  expect(found.map(({ reference }) => reference)).toEqual(new Array(3).fill('the others'));
});

test('a run without error bars, and one alone in its family, are compared with nothing', () => {
  expect(agreements([row('sgld', 1, Number.NaN), row('hmc', 1, 1)])).toEqual([]);
});

const errorOf = ({ llcSe }: ResultRow) => llcSe;

test('a median lies within its middle half, and both among the values', () => {
  const value = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const rows = values.map((llcSe) => row('hmc', 1, llcSe));
      const [middle] = medians(rows, () => 10, errorOf);
      if (middle === undefined) throw new Error('no median');
      // A mean of equal numbers may round.
      const little = 1e-9 * middle.upper;
      expect(middle.count).toBe(values.length);
      expect(middle.lower).toBeLessThanOrEqual(middle.median + little);
      expect(middle.median).toBeLessThanOrEqual(middle.upper + little);
      expect(Math.min(...values)).toBeLessThanOrEqual(middle.lower + little);
      expect(Math.max(...values)).toBeGreaterThanOrEqual(middle.upper - little);
    }),
  );
});

test('values that a logarithmic axis cannot show are left out', () => {
  const rows = [row('hmc', 1, 0), row('hmc', 1, Number.NaN), row('sgld', 1, 2)];
  expect(medians(rows, () => 10, errorOf)).toMatchObject([{ sampler: 'sgld', count: 1 }]);
});
