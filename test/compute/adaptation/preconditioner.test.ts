import { describe, expect, test } from 'vitest';
import { DiagonalPreconditioner } from '../../../src/compute/adaptation/diagonal-preconditioner.ts';
import {
  averageWeights,
  RmsPreconditioner,
} from '../../../src/compute/adaptation/rms-preconditioner.ts';
import type { Engine } from '../../../src/compute/engines/engine.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { ENGINES } from '../engines/every-engine.ts';

describe.each(ENGINES)('on the $name engine', ({ createEngine }) => {
  const CHAINS = 4;
  const PRECISIONS = [11, 110, 1010];

  function quadraticEngine(): Engine {
    return createEngine({
      problem: { kind: 'quadratic', spectrum: Float64Array.of(0.01, 1, 10) },
      posterior: { nbeta: 100, gamma: 10, center: new Float64Array(3) },
      chains: CHAINS,
      dtype: 'float64',
    });
  }

  /** Positions drawn from the posterior itself, and the gradients there. */
  function* exactDraws(engine: Engine, count: number, lost?: number) {
    const position = engine.vector();
    const gradient = engine.vector();
    for (let step = 0; step < count; step++) {
      const values = new Float64Array(CHAINS * 3);
      fillNormals(stream(5, 'noise'), step, values);
      values.forEach((z, i) => {
        values[i] = z / Math.sqrt(PRECISIONS[i % 3]);
      });
      if (lost !== undefined) values.fill(Number.NaN, 3 * lost, 3 * lost + 3);
      engine.write(position, values);
      engine.gradient(position, gradient, null);
      yield { step, position, gradient };
    }
  }

  describe('the diagonal metric', () => {
    test.each([undefined, 2])('is the geometric mean of both, lost chain: %s', async (lost) => {
      const engine = quadraticEngine();
      const wrong = [4, 1, 0.25];
      const scale = Float64Array.from(PRECISIONS, (a, i) => Math.sqrt(wrong[i] / a));
      const metric = new DiagonalPreconditioner(engine, scale, 4000);
      for (const { step, position, gradient } of exactDraws(engine, 2000, lost)) {
        expect(await metric.renew(step)).toBe(false);
        metric.observe(step, position, gradient);
      }
      expect(await metric.renew(2000)).toBe(true);
      const found = await engine.read(metric.metric);
      const draws = 1000 * (lost === undefined ? 4 : 3);
      found.forEach((value, i) => {
        // E[(∂U)²] is A, seen with the relative error √(2/draws), of which the root keeps half.
        const ratio = (value * PRECISIONS[i % 3]) / Math.sqrt(wrong[i % 3]);
        expect(Math.abs(Math.log(ratio))).toBeLessThan(2 * Math.sqrt(2 / draws) + 0.005);
      });
      expect(metric.total).toBeCloseTo(found[0] + found[1] + found[2], 12);
    });

    test('a chain put elsewhere begins its average again', async () => {
      const engine = quadraticEngine();
      const metric = new DiagonalPreconditioner(engine, new Float64Array(3).fill(1), 40);
      for (const { step, position, gradient } of exactDraws(engine, 15, 1)) {
        metric.observe(step, position, gradient);
      }
      for (const { position, gradient } of exactDraws(engine, 1)) {
        metric.replaced([false, true, false, false], position, gradient);
      }
      const { squares } = (await metric.save()) as { squares: Float64Array };
      expect(squares.every((value) => value > 0)).toBe(true);
    });
  });

  describe("RMSProp's metric", () => {
    const settings = { beta2: 0.999, eps: 1e-8, biasCorrection: true };

    test('is the inverse root of the mean squared loss gradient, then frozen', async () => {
      const engine = quadraticEngine();
      const metric = new RmsPreconditioner(engine, 4000, settings);
      for (const { step, position, gradient } of exactDraws(engine, 3500)) {
        metric.observe(step, position, gradient);
        const renewed = await metric.renew(step);
        if (step > 3000) expect(renewed).toBe(false);
      }
      const found = await engine.read(metric.metric);
      [0.01, 1, 10].forEach((h, i) => {
        // The mean squared gradient is h²/A; v remembers 1000 steps of four chains, about 8000 draws.
        const floor = Math.sqrt(10) / 100;
        const root = Math.max(floor, h / Math.sqrt(PRECISIONS[i]));
        expect(Math.abs(found[i] * root - 1)).toBeLessThan(5 * Math.sqrt(0.5 / 8000));
      });
    });
  });

  describe('an exponential average', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];

    test('with its bias corrected weighs all that was seen by the powers of beta', () => {
      let average = 0;
      values.forEach((value, t) => {
        const { keep, add } = averageWeights(t, 0.9, true);
        average = keep * average + add * value;
        const weights = values.slice(0, t + 1).map((_, k) => 0.9 ** (t - k));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const exact = weights.reduce((sum, weight, k) => sum + weight * values[k], 0) / total;
        expect(average).toBeCloseTo(exact, 12);
      });
    });

    test('without the correction begins at the first value', () => {
      expect(averageWeights(0, 0.9, false)).toEqual({ keep: 0, add: 1 });
      const { keep, add } = averageWeights(5, 0.9, false);
      expect(keep).toBe(0.9);
      expect(add).toBeCloseTo(0.1, 15);
    });
  });
});
