import { describe, expect, test } from 'vitest';
import { diagonalMetric } from '../../../src/compute/adaptation/diagonal-metric.ts';
import { RunningMoments } from '../../../src/compute/adaptation/running-moments.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { ENGINES } from '../engines/every-engine.ts';

describe.each(ENGINES)('on the $name engine', ({ createEngine }) => {
  const SPECTRUM = [0.5, 2, 30];
  const CENTER = [1, -2, 0.5];
  const POSTERIOR = { nbeta: 10, gamma: 3, center: Float64Array.from(CENTER) };
  const CHAINS = 2;

  function makeEngine() {
    return createEngine({
      problem: { kind: 'quadratic', spectrum: Float64Array.from(SPECTRUM) },
      posterior: POSTERIOR,
      chains: CHAINS,
      dtype: 'float64',
    });
  }

  /** Feeds `count` positions with the given weights and returns them beside the moments. */
  function feed(count: number, weights: (draw: number) => number[]) {
    const engine = makeEngine();
    const moments = new RunningMoments(engine);
    const position = engine.vector();
    const gradient = engine.vector();
    const draws: { position: Float64Array; weights: number[] }[] = [];
    for (let draw = 0; draw < count; draw++) {
      const values = new Float64Array(3 * CHAINS);
      fillNormals(stream(2, 'noise'), draw, values);
      engine.write(position, values);
      engine.gradient(position, gradient, null);
      moments.add(position, gradient, weights(draw));
      draws.push({ position: values, weights: weights(draw) });
    }
    return { engine, moments, draws };
  }

  function weightedVariance(values: readonly number[], weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = values.reduce((sum, value, i) => sum + weights[i] * value, 0) / total;
    return values.reduce((sum, value, i) => sum + weights[i] * (value - mean) ** 2, 0) / total;
  }

  test('streamed moments are those of all draws at once, weights included', async () => {
    const { moments, draws } = feed(12, (draw) => [1 + (draw % 3), 0.5]);
    const { draws: count, variance, gradientVariance } = await moments.pooled();
    expect(count).toBe(24);
    const weights = draws.flatMap((draw) => draw.weights);
    for (let i = 0; i < 3; i++) {
      const values = draws.flatMap(({ position }) => [position[i], position[3 + i]]);
      const forces = values.map(
        (w) => POSTERIOR.nbeta * SPECTRUM[i] * w + POSTERIOR.gamma * (w - CENTER[i]),
      );
      expect(variance[i]).toBeCloseTo(weightedVariance(values, weights), 10);
      expect(gradientVariance[i] / weightedVariance(forces, weights)).toBeCloseTo(1, 10);
    }
  });

  test('a chain of weight 0 changes nothing, numbers or not', async () => {
    const alone = feed(8, () => [1, 0]);
    const { variance } = await alone.moments.pooled();
    const values = alone.draws.map(({ position }) => position[0]);
    expect(variance[0]).toBeCloseTo(weightedVariance(values, new Array(8).fill(1)), 12);
  });

  test('moments go on after saving and restoring as if nothing had been', async () => {
    const { moments } = feed(9, () => [1, 2]);
    const saved = structuredClone(await moments.save());
    const other = new RunningMoments(makeEngine());
    other.restore(saved);
    expect(await other.pooled()).toEqual(await moments.pooled());
    other.reset();
    expect((await other.save()).weights).toEqual([0, 0]);
  });

  test('the diagonal of independent directions is exact after a handful of draws', async () => {
    const { moments } = feed(1000, () => [1, 1]);
    const few = feed(3, () => [1, 1]);
    const prior = new Float64Array(3).fill(1);
    const exact = SPECTRUM.map((h) => 1 / (POSTERIOR.nbeta * h + POSTERIOR.gamma));
    const metric = diagonalMetric(await moments.pooled(), prior);
    // Shrunk towards 1 with the weight of 5 draws in 2005, and in 11.
    metric.forEach((value, i) => {
      expect(Math.log(value) / Math.log(exact[i])).toBeCloseTo(2000 / 2005, 8);
    });
    diagonalMetric(await few.moments.pooled(), prior).forEach((value, i) => {
      expect(Math.log(value) / Math.log(exact[i])).toBeCloseTo(6 / 11, 8);
    });
  });

  test('a coordinate of which nothing was learnt keeps its diagonal', () => {
    const prior = Float64Array.of(0.1, 0.2, 0.3);
    const moments = {
      draws: 100,
      variance: Float64Array.of(0, Number.NaN, 1),
      gradientVariance: Float64Array.of(1, 1, 0),
    };
    expect(diagonalMetric(moments, prior)).toEqual(prior);
  });
});
