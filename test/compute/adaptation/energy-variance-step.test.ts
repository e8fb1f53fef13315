import { describe, expect, test } from 'vitest';
import {
  checkedStepSize,
  startEnergyVarianceStep,
  updateEnergyVarianceStep,
} from '../../../src/compute/adaptation/energy-variance-step.ts';
import { normal, stream } from '../../../src/compute/rng/stream.ts';

const AIM = { dim: 10, desired: 5e-4 };

describe('where the energy error follows the law h^6', () => {
  test.each([0.01, 0.3, 10])('finds the step of the desired variance from %f', (start) => {
    const noise = stream(3, 'noise');
    let state = startEnergyVarianceStep(start);
    const late: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const error = 0.2 * state.stepSize ** 3 * normal(noise, i);
      state = updateEnergyVarianceStep(state, error, AIM);
      if (i >= 1000) late.push(state.stepSize);
    }
    const mean = late.reduce((sum, size) => sum + size, 0) / late.length;
    // Small errors are trusted less than large ones: a normal error's sixth root comes out a little off.
    const exact = (Math.sqrt(10 * 5e-4) / 0.2) ** (1 / 3);
    expect(Math.abs(mean / exact - 1)).toBeLessThan(0.1);
  });
});

test('after a step that ended in no number none is as large again', () => {
  let state = startEnergyVarianceStep(2);
  state = updateEnergyVarianceStep(state, Number.NaN, AIM);
  expect(state.stepSize).toBeCloseTo(1.6, 14);
  for (let i = 0; i < 50; i++) state = updateEnergyVarianceStep(state, 1e-6, AIM);
  expect(state.stepSize).toBeCloseTo(1.6, 14);
});

test('a check lowers a step by the sixth root of the excess and raises none', () => {
  expect(checkedStepSize(3, 64 * 10 * 5e-4, AIM)).toBeCloseTo(1.5, 12);
  expect(checkedStepSize(3, 1e-6, AIM)).toBe(3);
});
