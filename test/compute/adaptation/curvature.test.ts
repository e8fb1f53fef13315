import { describe, expect, test } from 'vitest';
import { largestCurvature } from '../../../src/compute/adaptation/curvature.ts';
import type { Engine } from '../../../src/compute/engines/engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import { ENGINES } from '../engines/every-engine.ts';

describe.each(ENGINES)('on the $name engine', ({ createEngine }) => {
  const CHAINS = 3;
  const streams = Array.from({ length: CHAINS }, (_, chain) => stream(1, 'probe', chain));

  function quadratic(spectrum: Float64Array, dtype: 'float32' | 'float64'): Engine {
    const posterior = { nbeta: 100, gamma: 5, center: new Float64Array(spectrum.length) };
    return createEngine({
      problem: { kind: 'quadratic', spectrum },
      posterior,
      chains: CHAINS,
      dtype,
    });
  }

  describe.each(['float32', 'float64'] as const)('the largest curvature in %s', (dtype) => {
    test.each([
      ['at the centre', 0],
      ['where positions are large', 1e3],
    ])('is found from below within a few percent, %s', async (_, place) => {
      const spectrum = Float64Array.from({ length: 200 }, (_, i) => 10 ** (-3 + (5 * i) / 199));
      const engine = quadratic(spectrum, dtype);
      const position = engine.vector();
      engine.write(position, new Float64Array(CHAINS * 200).fill(place));
      const found = await largestCurvature(engine, position, {
        metric: null,
        iterations: 12,
        streams,
        step: 0,
        batch: null,
      });
      for (const value of found) {
        expect(value).toBeLessThanOrEqual((100 * 100 + 5) * 1.002);
        expect(value).toBeGreaterThan((100 * 100 + 5) * 0.93);
      }
    });

    test('is one under the metric that whitens the posterior, however wide the spectrum', async () => {
      const spectrum = Float64Array.from({ length: 50 }, (_, i) => 10 ** (-6 + (12 * i) / 49));
      const engine = quadratic(spectrum, dtype);
      const metric = engine.vector();
      const whitening = Float64Array.from(
        { length: CHAINS * 50 },
        (_, i) => 1 / (100 * spectrum[i % 50] + 5),
      );
      engine.write(metric, whitening);
      const found = await largestCurvature(engine, engine.vector(), {
        metric,
        iterations: 4,
        streams,
        step: 3,
        batch: null,
      });
      for (const value of found) expect(value).toBeCloseTo(1, 3);
    });
  });

  test('a chain without finite gradients says so and leaves the others alone', async () => {
    const engine = quadratic(Float64Array.of(1, 2, 3), 'float64');
    const position = engine.vector();
    engine.write(position, Float64Array.of(0, 0, 0, Number.NaN, 0, 0, 1, 1, 1));
    const found = await largestCurvature(engine, position, {
      metric: null,
      iterations: 30,
      streams,
      step: 0,
      batch: null,
    });
    expect(found[0]).toBeCloseTo(305, 1);
    expect(found[1]).toBeNaN();
    expect(found[2]).toBeCloseTo(305, 1);
  });

  test('a posterior without curvature has curvature zero', async () => {
    const posterior = { nbeta: 1, gamma: 0, center: new Float64Array(2) };
    const engine = createEngine({
      problem: { kind: 'quadratic', spectrum: Float64Array.of(0, 0) },
      posterior,
      chains: CHAINS,
      dtype: 'float64',
    });
    const found = await largestCurvature(engine, engine.vector(), {
      metric: null,
      iterations: 3,
      streams,
      step: 0,
      batch: null,
    });
    expect(found).toEqual([0, 0, 0]);
  });
});
