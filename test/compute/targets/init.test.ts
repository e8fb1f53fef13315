import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InitSettings } from '../../../src/compute/targets/init.ts';
import { initialParameters } from '../../../src/compute/targets/init.ts';
import { mlpLayout } from '../../../src/compute/targets/mlp-layout.ts';

const settings: InitSettings = {
  widths: [40, 100, 60, 2],
  bias: true,
  activation: 'relu',
  init: 'he',
  seed: 1,
};

function layerOf(of: InitSettings, l: number): Float64Array {
  const { weight, inputs, outputs } = mlpLayout(of.widths, of.bias).layers[l];
  return initialParameters(of, 'student_init').subarray(weight, weight + inputs * outputs);
}

const meanSquare = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

describe('initialParameters', () => {
  it.each([
    ['he', 2 / 40],
    ['xavier', 2 / 140],
    ['lecun', 1 / 40],
  ] as const)('draws %s with its variance', (init, variance) => {
    const weights = layerOf({ ...settings, init }, 0);
    // The mean square of m normals has relative standard deviation √(2/m).
    const tolerance = 4 * Math.sqrt(2 / weights.length);
    expect(Math.abs(meanSquare(weights) / variance - 1)).toBeLessThan(tolerance);
  });

  it('draws the linear output layer with variance 1/inputs and leaves biases at 0', () => {
    const wide = { ...settings, widths: [3, 50, 40] };
    const weights = layerOf(wide, 1);
    expect(Math.abs(meanSquare(weights) * 50 - 1)).toBeLessThan(4 * Math.sqrt(2 / 2000));
    const { layers } = mlpLayout(settings.widths, true);
    const parameters = initialParameters(settings, 'student_init');
    for (const { bias, outputs } of layers) {
      expect(parameters.slice(bias ?? 0, (bias ?? 0) + outputs).every((b) => b === 0)).toBe(true);
    }
  });

  it('makes orthogonal layers orthonormal times their gain, tall, wide and square', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('relu' as const, 'tanh' as const, 'identity' as const),
        (inputs, outputs, activation) => {
          const of = {
            ...settings,
            widths: [inputs, outputs, 1],
            init: 'orthogonal' as const,
            activation,
          };
          const weights = layerOf(of, 0);
          const gain = { relu: Math.SQRT2, tanh: 5 / 3, identity: 1 }[activation];
          const byRow = outputs <= inputs;
          const vectors = byRow ? outputs : inputs;
          const length = byRow ? inputs : outputs;
          const at = (v: number, i: number) => weights[byRow ? v * inputs + i : i * inputs + v];
          for (let a = 0; a < vectors; a++) {
            for (let b = 0; b <= a; b++) {
              let dot = 0;
              for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
              expect(dot).toBeCloseTo(a === b ? gain * gain : 0, 12);
            }
          }
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });

  it('draws orthogonal matrices without a preferred sign or direction', () => {
    // First entries of uniform 3 x 3 orthogonal matrices: mean 0, mean square 1/3.
    let sum = 0;
    let squares = 0;
    const count = 2000;
    for (let seed = 0; seed < count; seed++) {
      const of = { ...settings, widths: [3, 3, 1], activation: 'identity' as const, seed };
      const [first] = layerOf({ ...of, init: 'orthogonal' }, 0);
      sum += first;
      squares += first * first;
    }
    expect(Math.abs(sum / count)).toBeLessThan(4 * Math.sqrt(1 / 3 / count));
    // Var(u²) = 1/5 − 1/9 for a coordinate of a uniform unit vector in three dimensions.
    expect(Math.abs(squares / count - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / count));
  });

  it('gives every layer, seed and purpose numbers of its own', () => {
    const square = { ...settings, widths: [9, 9, 9], bias: false };
    const student = initialParameters(square, 'student_init');
    expect(student.subarray(0, 81)).not.toEqual(student.subarray(81));
    expect(initialParameters(square, 'teacher')).not.toEqual(student);
    expect(initialParameters({ ...square, seed: 2 }, 'student_init')).not.toEqual(student);
    expect(initialParameters(square, 'student_init')).toEqual(student);
  });
});
