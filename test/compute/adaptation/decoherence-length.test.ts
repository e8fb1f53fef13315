import { expect, test } from 'vitest';
import {
  decoherenceLength,
  tracedCoordinates,
} from '../../../src/compute/adaptation/decoherence-length.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';

test('traces every coordinate of a few, and sixty-four spread over many', () => {
  expect(tracedCoordinates(3)).toEqual([0, 1, 2]);
  const many = tracedCoordinates(10_000);
  expect(many).toHaveLength(64);
  expect(new Set(many).size).toBe(64);
  expect(many.at(-1)).toBeGreaterThan(9_800);
  expect(many.at(-1)).toBeLessThan(10_000);
});

test('is 0.4 steps times the steps an effective draw takes', () => {
  const correlation = 0.8;
  const trace: Float64Array[] = [];
  const now = new Float64Array(40);
  const noise = new Float64Array(40);
  for (let t = 0; t < 2000; t++) {
    fillNormals(stream(6, 'noise'), t, noise);
    for (let i = 0; i < 40; i++) {
      now[i] = correlation * now[i] + Math.sqrt(1 - correlation ** 2) * noise[i];
    }
    trace.push(now.slice());
  }
  // (1 + ρ)/(1 − ρ) = 9 steps for an autoregression.
  const length = decoherenceLength(trace, { chains: 4, stepSize: 2, otherwise: 1 });
  expect(Math.abs(length / (0.4 * 2 * 9) - 1)).toBeLessThan(0.05);
});

test('a trace too short for a sample size leaves the length', () => {
  const trace = [Float64Array.of(1), Float64Array.of(2)];
  expect(decoherenceLength(trace, { chains: 1, stepSize: 2, otherwise: 7 })).toBe(7);
});
