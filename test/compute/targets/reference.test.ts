import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillIndices, fillNormals, normal, stream } from '../../../src/compute/rng/stream.ts';
import type { MlpProblem, Problem } from '../../../src/compute/targets/problem.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { largestDifference, numericGradient } from './finite-differences.ts';

function normals(seed: number, length: number, scale = 1): Float64Array {
  const values = new Float64Array(length);
  fillNormals(stream(seed, 'data'), 0, values);
  return values.map((value) => value * scale);
}

const analytic: fc.Arbitrary<Problem> = fc.oneof(
  fc
    .record({
      kind: fc.constant('quadratic' as const),
      spectrum: fc.array(fc.double({ min: 0, max: 9, noNaN: true }), {
        minLength: 1,
        maxLength: 9,
      }),
    })
    .map(({ kind, spectrum }) => ({ kind, spectrum: Float64Array.from(spectrum) })),
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 }).map((widths) => ({
    kind: 'dln' as const,
    widths,
    target: normals(3, widths[0] * widths[widths.length - 1]),
  })),
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).map((powers) => ({
    kind: 'crossing' as const,
    powers,
  })),
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).map((exponents) => ({
    kind: 'power' as const,
    exponents,
  })),
  fc.integer({ min: 1, max: 5 }).map((hidden) => ({
    kind: 'tanh' as const,
    hidden,
    inputs: normals(5, 7),
  })),
);

const network: fc.Arbitrary<MlpProblem> = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 5 }),
    // relu has kinks that finite differences would straddle; it has its own test.
    activation: fc.constantFrom('tanh' as const, 'gelu' as const, 'identity' as const),
    bias: fc.boolean(),
    residualPeriod: fc.integer({ min: 0, max: 3 }),
    layernorm: fc.boolean(),
    loss: fc.constantFrom('mse' as const, 't_regression' as const),
    rows: fc.integer({ min: 1, max: 70 }),
    lossScale: fc.double({ min: 0.5, max: 50, noNaN: true }),
  })
  // One unit under layernorm has a standard deviation of 0 and no derivative.
  .filter(({ widths, layernorm }) => !layernorm || widths.slice(1, -1).every((w) => w > 2))
  .map((options) => ({
    ...options,
    kind: 'mlp' as const,
    studentDf: 4,
    noiseScale: 0.5,
    x: normals(1, options.rows * options.widths[0]),
    y: normals(2, options.rows * options.widths[options.widths.length - 1]),
  }));

describe('lossFunction', () => {
  it('gives the gradient that finite differences give, on every analytic target', () => {
    fc.assert(
      fc.property(analytic, fc.integer({ min: 0, max: 99 }), (problem, seed) => {
        const loss = lossFunction(problem);
        const position = normals(seed, loss.dim, 0.7);
        const gradient = new Float64Array(loss.dim).fill(Number.NaN);
        const value = loss.evaluate(position, gradient, null);
        expect(loss.evaluate(position, null, null)).toBe(value);
        expect(largestDifference(gradient, numericGradient(loss, position))).toBeLessThan(1e-7);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('gives the gradient that finite differences give, on networks of every option', () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 0, max: 99 }), (problem, seed) => {
        const loss = lossFunction(problem);
        const position = normals(seed, loss.dim, 0.7);
        const gradient = new Float64Array(loss.dim).fill(Number.NaN);
        const value = loss.evaluate(position, gradient, null);
        expect(loss.evaluate(position, null, null)).toBe(value);
        const numeric = numericGradient(loss, position, null, 1e-4);
        expect(largestDifference(gradient, numeric)).toBeLessThan(1e-6);
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  it('gives the gradient that finite differences give, on relu networks away from their kinks', () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 0, max: 99 }), (options, seed) => {
        const loss = lossFunction({
          ...options,
          activation: 'relu',
          rows: Math.min(options.rows, 3),
        });
        const position = normals(seed, loss.dim, 0.7);
        const gradient = new Float64Array(loss.dim);
        loss.evaluate(position, gradient, null);
        const numeric = numericGradient(loss, position, null, 1e-6);
        expect(largestDifference(gradient, numeric)).toBeLessThan(1e-5);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('averages over a batch as over a data set made of its rows', () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 1, max: 150 }), (problem, size) => {
        const { rows, widths } = problem;
        const batch = new Int32Array(size);
        fillIndices(stream(4, 'batch'), 0, rows, batch);
        const pick = (matrix: Float64Array, columns: number) =>
          Float64Array.from({ length: size * columns }, (_, i) => {
            const row = batch[Math.floor(i / columns)];
            return matrix[row * columns + (i % columns)];
          });
        const loss = lossFunction(problem);
        const picked = lossFunction({
          ...problem,
          rows: size,
          x: pick(problem.x, widths[0]),
          y: pick(problem.y, widths[widths.length - 1]),
        });
        const position = normals(7, loss.dim);
        const gradient = new Float64Array(loss.dim);
        const other = new Float64Array(loss.dim);
        expect(loss.evaluate(position, gradient, batch)).toBe(
          picked.evaluate(position, other, null),
        );
        expect(gradient).toEqual(other);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('computes a small network as written out by hand', () => {
    // 1-2-1 relu with biases: f(x) = 2 relu(x − 1) − relu(−x) + ½.
    const loss = lossFunction({
      kind: 'mlp',
      widths: [1, 2, 1],
      activation: 'relu',
      bias: true,
      residualPeriod: 0,
      layernorm: false,
      loss: 'mse',
      studentDf: 4,
      noiseScale: 1,
      lossScale: 3,
      rows: 3,
      x: Float64Array.of(3, -2, 0.5),
      y: Float64Array.of(4, -1, 0.5),
    });
    // f = 4.5, −1.5, .5; residuals .5, −.5, 0.
    const position = Float64Array.of(1, -1, -1, 0, 2, -1, 0.5);
    expect(loss.evaluate(position, null, null)).toBeCloseTo((3 * (0.25 + 0.25)) / 3, 14);
  });

  it('adds a skip every period-th hidden layer, cut or padded to the width', () => {
    const problem = {
      kind: 'mlp' as const,
      widths: [2, 3, 2, 1],
      activation: 'identity' as const,
      bias: false,
      residualPeriod: 1,
      layernorm: false,
      loss: 'mse' as const,
      studentDf: 4,
      noiseScale: 1,
      lossScale: 1,
      rows: 1,
      x: Float64Array.of(1, 10),
      y: Float64Array.of(0),
    };
    // All hidden weights 0: x is padded to (1, 10, 0), then cut to (1, 10); the output adds them up.
    const position = new Float64Array(14);
    position.set([1, 1], 12);
    expect(lossFunction(problem).evaluate(position, null, null)).toBe(121);
    expect(lossFunction({ ...problem, residualPeriod: 2 }).evaluate(position, null, null)).toBe(0);
  });

  it('reads a t_regression residual as the negative log density of Student t up to a constant', () => {
    const loss = lossFunction({
      kind: 'mlp',
      widths: [1, 1],
      activation: 'identity',
      bias: false,
      residualPeriod: 0,
      layernorm: false,
      loss: 't_regression',
      studentDf: 5,
      noiseScale: 2,
      lossScale: 1,
      rows: 1,
      x: Float64Array.of(1),
      y: Float64Array.of(0),
    });
    const density = (t: number) => (1 + (t * t) / 5) ** -3;
    const value = (w: number) => loss.evaluate(Float64Array.of(w), null, null);
    expect(value(3) - value(1)).toBeCloseTo(Math.log(density(0.5) / density(1.5)), 12);
  });

  it('is not disturbed by another loss function or an earlier batch', () => {
    const make = () =>
      lossFunction({
        kind: 'mlp',
        widths: [3, 5, 2],
        activation: 'tanh',
        bias: true,
        residualPeriod: 0,
        layernorm: true,
        loss: 'mse',
        studentDf: 4,
        noiseScale: 1,
        lossScale: 1,
        rows: 100,
        x: normals(1, 300),
        y: normals(2, 200),
      });
    const used = make();
    const position = normals(8, used.dim);
    const far = position.map((value) => value * 1e200);
    const gradient = new Float64Array(used.dim);
    used.evaluate(far, gradient, Int32Array.of(3, 1));
    const fresh = new Float64Array(used.dim);
    const value = make().evaluate(position, fresh, null);
    expect(used.evaluate(position, gradient, null)).toBe(value);
    expect(gradient).toEqual(fresh);
    expect(normal(stream(1, 'data'), 0)).toBe(normals(1, 1)[0]);
  });
});
