import { describe, expect, test } from 'vitest';
import { trainingLoss } from '../../../src/compute/engines/training-loss.ts';
import { fillIndices, fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { buildTarget } from '../../../src/compute/targets/build-target.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { train } from '../../../src/compute/training/train.ts';
import { SETTINGS } from '../targets/settings.ts';

const { problem, start } = buildTarget({ ...SETTINGS, n_data: 700, widths: [20, 7] });

describe('the loss that training minimises', () => {
  test.each([null, 30, 300])('is the reference up to rounding, over %s rows', (size) => {
    const fast = trainingLoss(problem);
    const reference = lossFunction(problem);
    expect([fast.dim, fast.rows]).toEqual([reference.dim, reference.rows]);
    const batch = size === null ? null : new Int32Array(size);
    if (batch !== null) fillIndices(stream(1, 'batch'), 3, fast.rows, batch);
    const [of, expected] = [fast, reference].map((loss) => {
      const gradient = new Float64Array(loss.dim);
      const value = loss.evaluate(start, gradient, batch);
      expect(loss.evaluate(start, null, batch)).toBeCloseTo(value, 12);
      return { value, gradient };
    });
    expect(of.value / expected.value).toBeCloseTo(1, 12);
    const scale = Math.max(...expected.gradient.map(Math.abs));
    for (const [i, g] of of.gradient.entries()) {
      expect(Math.abs(g - expected.gradient[i])).toBeLessThan(1e-12 * scale);
    }
  });

  test('trains to the same minimum as the reference does', async () => {
    const options = { maxSteps: 2000, tolerance: 1e-6 };
    const wide = buildTarget({ ...SETTINGS, widths: [40] });
    const [fast, reference] = await Promise.all(
      [trainingLoss(wide.problem), lossFunction(wide.problem)].map((loss) =>
        train(loss, wide.start, options),
      ),
    );
    expect(fast.converged && reference.converged).toBe(true);
    const gradient = new Float64Array(wide.start.length);
    lossFunction(wide.problem).evaluate(fast.position, gradient, null);
    expect(Math.hypot(...gradient)).toBeLessThan(1.01e-6);
  });

  test('is the reference where there are no kernels', () => {
    const spectrum = Float64Array.of(1, 2);
    const gradient = new Float64Array(2);
    const loss = trainingLoss({ kind: 'quadratic', spectrum });
    expect(loss.evaluate(Float64Array.of(1, 1), gradient, null)).toBe(1.5);
    expect(gradient).toEqual(Float64Array.of(1, 2));
  });

  test('is not changed by a batch larger than those before', () => {
    const loss = trainingLoss(problem);
    const rows = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
    const position = new Float64Array(loss.dim);
    fillNormals(stream(2, 'student_init'), 0, position);
    const before = loss.evaluate(position, null, rows(10));
    loss.evaluate(position, null, rows(2000).fill(3));
    expect(loss.evaluate(position, null, rows(10))).toBe(before);
  });
});
