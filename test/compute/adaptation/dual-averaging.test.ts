import { expect, test } from 'vitest';
import {
  averagedStepSize,
  type DualAveraging,
  startDualAveraging,
  updateDualAveraging,
} from '../../../src/compute/adaptation/dual-averaging.ts';

test('the first updates are those of the formula', () => {
  const first = startDualAveraging(0.5);
  expect(averagedStepSize(first)).toBeCloseTo(0.5, 14);
  const second = updateDualAveraging(first, 1, 0.8);
  // H̄ = (0.8 − 1)/11; x = ln 5 + H̄-correction √1/0.05; the average is over the step before.
  expect(second.logStep).toBeCloseTo(Math.log(5) + 20 * (0.2 / 11), 12);
  expect(averagedStepSize(second)).toBeCloseTo(0.5, 14);
  const third = updateDualAveraging(second, 0, 0.8);
  const shortfall = (1 - 1 / 12) * (-0.2 / 11) + 0.8 / 12;
  expect(third.logStep).toBeCloseTo(Math.log(5) - (Math.SQRT2 / 0.05) * shortfall, 12);
  const weight = 2 ** -0.75;
  expect(third.logAverage).toBeCloseTo(weight * second.logStep + (1 - weight) * Math.log(0.5), 12);
});

test.each([0.01, 1, 100])('finds the step of the target acceptance from a step of %f', (start) => {
  let state: DualAveraging = startDualAveraging(start);
  for (let i = 0; i < 50_000; i++) {
    state = updateDualAveraging(state, Math.exp(-Math.exp(state.logStep)), 0.8);
  }
  expect(averagedStepSize(state)).toBeCloseTo(-Math.log(0.8), 2);
});
