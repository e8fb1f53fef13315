import { describe, expect, it } from 'vitest';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { buildTarget } from '../../../src/compute/targets/build-target.ts';
import type { LossFunction } from '../../../src/compute/targets/loss-function.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { train } from '../../../src/compute/training/train.ts';
import { SETTINGS } from '../targets/settings.ts';

/** A loss without data from its value and gradient. */
function plain(
  dim: number,
  evaluate: (w: Float64Array, gradient: Float64Array) => number,
): LossFunction {
  const scratch = new Float64Array(dim);
  return {
    dim,
    rows: 0,
    evaluate: (position, gradient) => evaluate(position, gradient ?? scratch),
  };
}

const rosenbrock = plain(2, ([a, b], gradient) => {
  gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
  gradient[1] = 200 * (b - a * a);
  return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
});

/** |a| + b²: a kink along a = 0 and no smooth minimum. */
const kink = plain(2, ([a, b], gradient) => {
  gradient[0] = Math.sign(a);
  gradient[1] = 2 * b;
  return Math.abs(a) + b * b;
});

describe('train', () => {
  it('finds the minimum of a curved valley', async () => {
    const result = await train(rosenbrock, Float64Array.of(-1.2, 1), {
      maxSteps: 200,
      tolerance: 1e-9,
    });
    expect(result.converged).toBe(true);
    expect(result.gradientNorm).toBeLessThanOrEqual(1e-9);
    expect(result.position[0]).toBeCloseTo(1, 9);
    expect(result.position[1]).toBeCloseTo(1, 9);
    expect(result.steps).toBeLessThan(80);
  });

  it('solves an ill-conditioned quadratic', async () => {
    const spectrum = Float64Array.from({ length: 100 }, (_, i) => 10 ** (-4 + i / 20));
    const start = new Float64Array(100);
    fillNormals(stream(1, 'student_init'), 0, start);
    const result = await train(lossFunction({ kind: 'quadratic', spectrum }), start, {
      maxSteps: 3000,
      tolerance: 1e-8,
    });
    expect(result).toMatchObject({ converged: true });
    expect(result.loss).toBeLessThan(1e-12);
  });

  it('trains a network to the gradient norm it states, the same each time', async () => {
    // More parameters than data, so that a minimum is not at a kink of relu.
    const { problem, start } = buildTarget({ ...SETTINGS, widths: [40] });
    const loss = lossFunction(problem);
    const options = { maxSteps: 3000, tolerance: 1e-6 };
    const untouched = Float64Array.from(start);
    const result = await train(loss, start, options);
    expect(start).toEqual(untouched);
    expect(result.converged).toBe(true);
    const gradient = new Float64Array(loss.dim);
    expect(loss.evaluate(result.position, gradient, null)).toBe(result.loss);
    expect(Math.hypot(...gradient)).toBeCloseTo(result.gradientNorm, 12);
    expect(result.loss).toBeLessThan(loss.evaluate(start, null, null));
    expect(await train(lossFunction(problem), start, options)).toEqual(result);
  });

  it('trains on more data than a few minibatches, within its budget', async () => {
    const { problem, start } = buildTarget({ ...SETTINGS, n_data: 2000, widths: [20, 20] });
    const loss = lossFunction(problem);
    const before = loss.evaluate(start, null, null);
    const steps: number[] = [];
    const result = await train(
      loss,
      start,
      { maxSteps: 100, tolerance: 1e-4 },
      { onProgress: (progress) => void steps.push(progress.steps) },
    );
    // With this noise and likelihood a good fit has a loss of about ½.
    expect(before).toBeGreaterThan(10);
    expect(result.loss).toBeLessThan(2);
    expect(result.converged).toBe(false);
    expect(result.steps).toBeLessThanOrEqual(100);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  it('reaches least squares on a linear model of more data than a few minibatches', async () => {
    const { problem, start } = buildTarget({ ...SETTINGS, n_data: 2000, widths: [], bias: false });
    const loss = lossFunction(problem);
    const result = await train(loss, start, { maxSteps: 300, tolerance: 1e-8 });
    expect(result.converged).toBe(true);
    const free = await train(loss, new Float64Array(4), { maxSteps: 300, tolerance: 1e-8 });
    for (const [i, w] of result.position.entries()) expect(w).toBeCloseTo(free.position[i], 9);
  });

  it('says that it has not converged when the budget ends first', async () => {
    const result = await train(rosenbrock, Float64Array.of(-1.2, 1), {
      maxSteps: 5,
      tolerance: 1e-9,
    });
    expect(result).toMatchObject({ converged: false, steps: 5 });
    expect(result.loss).toBeLessThan(24.2);
  });

  it('ends at a kink with the lowest point found and says that its norm is not small', async () => {
    const result = await train(kink, Float64Array.of(1.3, 0.7), { maxSteps: 500, tolerance: 1e-6 });
    expect(result.converged).toBe(false);
    expect(result.loss).toBeLessThan(1e-3);
    expect(result.gradientNorm).toBeGreaterThanOrEqual(1);
  });

  it('stays where it is at a minimum and reports its gradient norm', async () => {
    const { problem, start } = buildTarget({ ...SETTINGS, target: 'tanh', tanh_hidden: 2 });
    const result = await train(lossFunction(problem), start, { maxSteps: 100, tolerance: 1e-9 });
    expect(result).toEqual({
      position: start,
      loss: 0,
      gradientNorm: 0,
      steps: 1,
      converged: true,
    });
  });

  it('reports progress, waits for the listener and stops when asked', async () => {
    const seen: number[] = [];
    let waited = 0;
    const result = await train(
      rosenbrock,
      Float64Array.of(-1.2, 1),
      { maxSteps: 500, tolerance: 1e-9 },
      {
        onProgress: async ({ steps, loss }) => {
          await Promise.resolve();
          waited++;
          seen.push(steps);
          expect(loss).toBeLessThanOrEqual(24.2);
        },
        shouldStop: () => seen.length === 4,
      },
    );
    expect(waited).toBe(4);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(result.steps).toBe(seen[3]);
    expect(result.converged).toBe(false);
  });
});
