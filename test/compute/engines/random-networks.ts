import fc from 'fast-check';
import { expect } from 'vitest';
import type { EngineOptions } from '../../../src/compute/engines/engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import type { Problem } from '../../../src/compute/targets/problem.ts';

export const CHAINS = 3;
export const ROUNDING = { float32: 2 ** -24, float64: 2 ** -53 };

/** Some below and above every tile's size, and some whose strides are powers of two. */
const width = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 2, arbitrary: fc.integer({ min: 10, max: 70 }) },
  { weight: 1, arbitrary: fc.constantFrom(64, 128) },
);
export const dtype = fc.constantFrom('float32', 'float64');

const networks: fc.Arbitrary<Problem> = fc
  .record({
    widths: fc.array(width, { minLength: 2, maxLength: 5 }),
    activation: fc.constantFrom('relu', 'tanh', 'gelu', 'identity'),
    bias: fc.boolean(),
    residualPeriod: fc.constantFrom(0, 0, 1, 2),
    layernorm: fc.boolean(),
    loss: fc.constantFrom('mse', 't_regression'),
    rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 700 })),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ seed, rows, ...shape }) => ({
    kind: 'mlp',
    ...shape,
    studentDf: 4,
    noiseScale: 0.5,
    lossScale: 3,
    rows,
    x: waves(rows * shape.widths[0], seed + 0.1),
    y: waves(rows * (shape.widths.at(-1) as number), seed + 0.7),
  }));

const linear: fc.Arbitrary<Problem> = fc
  .record({ widths: fc.array(width, { minLength: 2, maxLength: 4 }), seed: fc.nat(1000) })
  .map(({ widths, seed }) => ({
    kind: 'dln',
    widths,
    target: waves(widths[0] * (widths.at(-1) as number), seed),
  }));

export const problems = fc.oneof(networks, linear);

function waves(length: number, phase: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(phase + 1.7 * i + 0.3 * i * i));
}

/** What engines of a problem are made for: a posterior around some w0. */
export function optionsFor(problem: Problem, type: EngineOptions['dtype']): EngineOptions {
  const shape = { problem, chains: CHAINS, dtype: type };
  const nothing = { nbeta: 1, gamma: 1, center: new Float64Array(0) };
  const { dim } = createPlainEngine({ ...shape, posterior: nothing, chains: 0 });
  const center = waves(dim, 0.4).map((value) => Math.fround(value / Math.sqrt(dim)));
  return { ...shape, posterior: { nbeta: 7, gamma: 2, center } };
}

/** Vectors to begin an operation with, exact in either number type. */
export function vectorsFor(dim: number) {
  const numbers = (phase: number) =>
    waves(CHAINS * dim, phase).map((value) => Math.fround(value / Math.sqrt(dim)));
  return {
    position: numbers(0.2),
    gradient: numbers(0.3),
    momentum: numbers(0.5),
    metric: numbers(0.6).map((value) => Math.fround(1.5 + value)),
    direction: numbers(0.8),
  };
}

/** Fails where two lists differ by more than `tolerance` of `scale` or the largest number in the second. */
export function expectClose(
  actual: Float64Array,
  expected: Float64Array,
  { tolerance, scale, what }: { tolerance: number; scale: number; what: string },
) {
  const size = (values: Float64Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const away = size(actual.map((value, i) => value - expected[i]));
  expect(actual.length).toBe(expected.length);
  expect(away, what).toBeLessThanOrEqual(tolerance * Math.max(scale, size(expected)));
}

/** Roundings grow with the length of sums and the number of layers that they pass through. */
export function tolerance(problem: Problem, type: EngineOptions['dtype']): number {
  if (problem.kind !== 'mlp' && problem.kind !== 'dln') throw new Error('not a network');
  const longest = Math.max(...problem.widths, problem.kind === 'mlp' ? problem.rows : 1);
  return 40 * problem.widths.length ** 2 * Math.sqrt(longest) * ROUNDING[type];
}
