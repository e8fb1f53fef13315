import { expect, test } from 'vitest';
import { RunningEstimate } from '../../../src/compute/estimator/running-estimate.ts';
import { summarise } from '../../../src/compute/estimator/summary.ts';
import { gaussianPosterior } from './gaussian-posterior.ts';

const INPUT = gaussianPosterior({
  spectrum: [1, 1, 2],
  nbeta: 100,
  gamma: 1,
  draws: 300,
  rho: 0.4,
});

function fed(draws: number): RunningEstimate {
  const running = new RunningEstimate({ chains: 4, nbeta: 100, baseline: INPUT.baseline });
  for (let t = 0; t < draws; t++) running.add(INPUT.losses.map((chain) => chain[t]));
  return running;
}

test('before the first draw nothing is known', () => {
  expect(fed(0).now()).toMatchObject({ llc: null, llcSe: null, rhat: null, ess: null });
});

test('with three draws there is an estimate and no diagnostic', () => {
  const now = fed(3).now();
  expect(now.llc).toBeGreaterThan(0);
  expect(now).toMatchObject({ llcSe: null, rhat: null, ess: null });
});

test('at the end it is the summary’s', () => {
  const now = fed(300).now();
  const summary = summarise(INPUT);
  if (summary.kind !== 'estimate') throw new Error('all chains diverged');
  expect(now.llc).toBeCloseTo(summary.llc, 10);
  expect(now.llcSe).toBeCloseTo(summary.se, 10);
  expect(now.rhat).toBeCloseTo(summary.rhat, 12);
  expect(now.ess).toBeCloseTo(summary.ess, 7);
  now.llcByChain.forEach((llc, chain) => {
    expect(llc).toBeCloseTo(summary.llcByChain[chain], 10);
  });
});

test('the estimate is always of all draws; diagnostics wait for a twentieth more', () => {
  const running = fed(200);
  const before = running.now();
  running.add(INPUT.losses.map((chain) => chain[200]));
  const after = running.now();
  expect(after.llc).not.toBe(before.llc);
  expect(after.ess).toBe(before.ess);
  for (let t = 201; t < 215; t++) running.add(INPUT.losses.map((chain) => chain[t]));
  expect(running.now().ess).not.toBe(before.ess);
  expect(running.now()).toEqual(fed(215).now());
});

test('a chain that diverged is left out', () => {
  const running = fed(100);
  const [a, b, c] = INPUT.losses.map((chain) => chain[100]);
  running.add([a, b, c, Number.NaN]);
  const now = running.now();
  expect(now.llcByChain[3]).toBeNaN();
  expect(now.llc).toBeGreaterThan(0);
  expect(now.ess).toBeGreaterThan(0);
});
