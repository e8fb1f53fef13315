import { describe, expect, test } from 'vitest';
import { GradientPowerMeter } from '../../../src/compute/adaptation/gradient-power.ts';
import type { Batch } from '../../../src/compute/engines/engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import { ENGINES } from '../engines/every-engine.ts';
import { BATCH, GRADIENT_NOISE, NBETA, noisyCase, ROWS } from '../samplers/noisy-regression.ts';

describe.each(ENGINES)('on the $name engine', ({ createEngine }) => {
  const DIM = 5;
  const CHAINS = 2;
  const PAIRS = 400;

  function noisyEngine() {
    const { problem } = noisyCase(DIM);
    const posterior = { nbeta: NBETA, gamma: 3, center: new Float64Array(DIM) };
    return createEngine({ problem, posterior, chains: CHAINS, dtype: 'float64' });
  }

  test('pairs of batches tell the noise from the slope', async () => {
    const engine = noisyEngine();
    const streams = [stream(1, 'probe', 0), stream(1, 'probe', 1)];
    const batch = (step: number): Batch => ({ streams, step, size: BATCH });
    const position = engine.vector();
    engine.write(position, new Float64Array(CHAINS * DIM).fill(0.2));
    const metric = engine.vector();
    engine.write(metric, new Float64Array(CHAINS * DIM).fill(0.5));

    const meter = new GradientPowerMeter(engine, PAIRS);
    const pairs = Array.from(
      { length: PAIRS },
      (_, pair) => [batch(2 * pair), batch(2 * pair + 1)] as const,
    );
    const { noise, slope, llc } = await meter.measure(position, metric, pairs);

    // All coordinates share their rows, so that a pair is one draw of the noise and not five.
    const error = 5 / Math.sqrt(PAIRS);
    const force = (NBETA + 3) * 0.2;
    for (let chain = 0; chain < CHAINS; chain++) {
      const exactNoise = 0.5 * DIM * GRADIENT_NOISE;
      expect(Math.abs(noise[chain] / exactNoise - 1)).toBeLessThan(1.5 * error);
      // The product of two gradients: the mean's square, with noise of both kinds.
      const spread = Math.sqrt(2 * force ** 2 * GRADIENT_NOISE + GRADIENT_NOISE ** 2);
      expect(Math.abs(slope[chain] - 0.5 * DIM * force ** 2)).toBeLessThan(
        0.5 * DIM * spread * error,
      );
      expect(Math.abs(llc[chain] / (0.5 * NBETA * DIM * 0.04) - 1)).toBeLessThan(
        (Math.sqrt(GRADIENT_NOISE) / (NBETA * 0.2)) * error,
      );
    }
  });

  test('one gradient of all rows has no noise', async () => {
    const engine = noisyEngine();
    const position = engine.vector();
    engine.write(position, new Float64Array(CHAINS * DIM).fill(0.2));
    const meter = new GradientPowerMeter(engine, 1);
    const { noise, slope, llc } = await meter.measure(position, null, [[null, null]]);
    expect(noise).toEqual([0, 0]);
    expect(slope[0]).toBeCloseTo(DIM * ((NBETA + 3) * 0.2) ** 2, 6);
    expect(llc[1]).toBeCloseTo(0.5 * NBETA * DIM * 0.04, 6);
    expect(engine.rows).toBe(ROWS);
  });
});
