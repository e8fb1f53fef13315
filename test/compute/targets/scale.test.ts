import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { buildTarget } from '../../../src/compute/targets/build-target.ts';
import { gaussNewtonDiagonal } from '../../../src/compute/targets/mlp-curvature.ts';
import type { MlpProblem, Problem } from '../../../src/compute/targets/problem.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { posteriorScale } from '../../../src/compute/targets/scale.ts';
import { largestDifference } from './finite-differences.ts';
import { SETTINGS } from './settings.ts';

const TERMS = { nbeta: 50, gamma: 2 };

function normals(seed: number, length: number): Float64Array {
  const values = new Float64Array(length);
  fillNormals(stream(seed, 'data'), 0, values);
  return values;
}

/** The potential above its value at the centre, s along coordinate i. */
function rise(problem: Problem, center: Float64Array, i: number, s: number): number {
  const loss = lossFunction(problem);
  const at = Float64Array.from(center);
  const base = loss.evaluate(at, null, null);
  at[i] += s;
  return TERMS.nbeta * (loss.evaluate(at, null, null) - base) + (TERMS.gamma * s * s) / 2;
}

describe('posteriorScale', () => {
  it.each([
    { target: 'quadratic', quad_spectrum: [0, 0.1, 40] },
    { target: 'dln', dln_widths: [3, 4, 2], dln_rank: 2 },
    { target: 'dln', dln_widths: [2, 3, 3, 2], dln_rank: 1 },
    { target: 'dln', dln_widths: [2, 2], dln_rank: 0 },
    { target: 'crossing', crossing_powers: [1, 3] },
    { target: 'crossing', crossing_powers: [2] },
    { target: 'power', power_exponents: [1, 2, 5] },
    { target: 'tanh', tanh_hidden: 2 },
  ] as const)('is where the potential has risen by ½, for %j', (changes) => {
    const { problem, start } = buildTarget({ ...SETTINGS, ...changes });
    const scale = posteriorScale(problem, start, TERMS);
    for (const [i, s] of scale.entries()) expect(rise(problem, start, i, s)).toBeCloseTo(0.5, 10);
  });

  it('is the closed form for a linear model', () => {
    // f = w·x, so L is quadratic with h_i = 2·lossScale·mean x_i² at any centre.
    const { problem, start } = buildTarget({ ...SETTINGS, widths: [], bias: false });
    if (problem.kind !== 'mlp') throw new Error('an mlp was asked for');
    const scale = posteriorScale(problem, start, TERMS);
    for (const [i, s] of scale.entries()) {
      const squares = problem.x.filter((_, at) => at % 4 === i).map((v) => v * v);
      const mean = squares.reduce((a, b) => a + b, 0) / squares.length;
      const h = 2 * problem.lossScale * mean;
      expect(s).toBeCloseTo(1 / Math.sqrt(TERMS.nbeta * h + TERMS.gamma), 12);
    }
  });

  it('says Infinity for a coordinate along which nothing rises', () => {
    const flat = { nbeta: 50, gamma: 0 };
    const crossing = buildTarget({ ...SETTINGS, target: 'crossing', crossing_powers: [1, 1] });
    const both = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect([...posteriorScale(crossing.problem, crossing.start, flat)]).toEqual(both);
    const quadratic = buildTarget({ ...SETTINGS, target: 'quadratic', quad_spectrum: [0, 2] });
    const scale = posteriorScale(quadratic.problem, quadratic.start, flat);
    expect([...scale]).toEqual([Number.POSITIVE_INFINITY, 0.1]);
    const linear = buildTarget({ ...SETTINGS, target: 'dln', dln_widths: [1, 1, 1] });
    expect([...posteriorScale(linear.problem, linear.start, flat)]).toEqual(both);
  });
});

describe('gaussNewtonDiagonal', () => {
  const network: fc.Arbitrary<MlpProblem> = fc
    .record({
      widths: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
      activation: fc.constantFrom('tanh' as const, 'gelu' as const, 'relu' as const),
      bias: fc.boolean(),
      residualPeriod: fc.integer({ min: 0, max: 2 }),
      layernorm: fc.boolean(),
      loss: fc.constantFrom('mse' as const, 't_regression' as const),
      rows: fc.integer({ min: 1, max: 70 }),
    })
    .filter(({ widths, layernorm }) => !layernorm || widths.slice(1, -1).every((w) => w > 2))
    .map((options) => ({
      ...options,
      kind: 'mlp' as const,
      studentDf: 3,
      noiseScale: 0.5,
      lossScale: 2,
      x: normals(1, options.rows * options.widths[0]),
      y: normals(2, options.rows * options.widths[options.widths.length - 1]),
    }));

  it('is the mean of squared derivatives of each row and output, by gradients row by row', () => {
    fc.assert(
      fc.property(network, (problem) => {
        const outputs = problem.widths[problem.widths.length - 1];
        const position = normals(3, lossFunction(problem).dim);
        const expected = new Float64Array(position.length);
        const bend = problem.loss === 'mse' ? 2 : 4 / (6 * 0.25);
        for (let row = 0; row < problem.rows; row++) {
          for (let o = 0; o < outputs; o++) {
            for (const [i, g] of outputGradient(problem, position, row, o).entries()) {
              expected[i] += (2 * bend * g * g) / (problem.rows * outputs);
            }
          }
        }
        const diagonal = gaussNewtonDiagonal(problem, position);
        expect(largestDifference(diagonal, expected)).toBeLessThan(1e-6);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

/** ∂f_o/∂w at one row, as half the difference of two losses' gradients whose targets differ by 1. */
function outputGradient(
  problem: MlpProblem,
  position: Float64Array,
  row: number,
  o: number,
): Float64Array {
  const inputs = problem.widths[0];
  const outputs = problem.widths[problem.widths.length - 1];
  const gradientAt = (target: number) => {
    const y = new Float64Array(outputs);
    y[o] = target;
    const gradient = new Float64Array(position.length);
    lossFunction({
      ...problem,
      loss: 'mse',
      lossScale: outputs,
      rows: 1,
      x: problem.x.slice(row * inputs, (row + 1) * inputs),
      y,
    }).evaluate(position, gradient, null);
    return gradient;
  };
  const low = gradientAt(1);
  return gradientAt(0).map((g, i) => (g - low[i]) / 2);
}
