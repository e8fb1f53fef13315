import { describe, expect, test } from 'vitest';
import {
  baoabRatio,
  biasedQuadraticLlc,
  blackjaxSghmcRatio,
  eulerRatio,
  leimkuhlerMatthewsRatio,
} from '../../../src/compute/estimator/sampler-bias.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';

describe('the Euler scheme', () => {
  test.each([
    [0.1, 1 / 0.975],
    [1, 4 / 3],
    [2, 2],
  ])('at εA = %d makes variances %d times too large', (product, expected) => {
    expect(eulerRatio({ stepSize: product / 10 })(10)).toBeCloseTo(expected, 14);
    expect(eulerRatio({ stepSize: product, metric: 0.5 })(2)).toBeCloseTo(expected, 14);
  });

  test('is unstable from εA = 4 on', () => {
    expect(eulerRatio({ stepSize: 0.1 })(40)).toBeNaN();
    expect(leimkuhlerMatthewsRatio({ stepSize: 0.1 })(40)).toBeNaN();
  });

  test('is heated by gradient noise as a simulation shows', () => {
    const [stepSize, precision, noiseVariance] = [0.4, 1, 5];
    const simulated = simulate((w, z, y) => {
      const gradient = precision * w + Math.sqrt(noiseVariance) * y;
      return w - 0.5 * stepSize * gradient + Math.sqrt(stepSize) * z;
    });
    const expected = eulerRatio({ stepSize, noiseVariance })(precision);
    expect(expected).toBeCloseTo(1.5 / 0.9, 14);
    expect(Math.abs(simulated / expected - 1)).toBeLessThan(0.03);
  });
});

test('the Leimkuhler–Matthews scheme is exact, but for gradient noise', () => {
  expect(leimkuhlerMatthewsRatio({ stepSize: 0.3 })(10)).toBe(1);
  const [stepSize, noiseVariance] = [0.4, 5];
  let last = 0;
  const simulated = simulate((w, z, y) => {
    const gradient = w + Math.sqrt(noiseVariance) * y;
    const next = w - 0.5 * stepSize * gradient + 0.5 * Math.sqrt(stepSize) * (last + z);
    last = z;
    return next;
  });
  const expected = leimkuhlerMatthewsRatio({ stepSize, noiseVariance })(1);
  expect(expected).toBeCloseTo(1 + 0.5 / 0.9, 14);
  expect(Math.abs(simulated / expected - 1)).toBeLessThan(0.03);
});

test('BAOAB is exact below ε√A = 2', () => {
  expect(baoabRatio({ stepSize: 0.19 })(100)).toBe(1);
  expect(baoabRatio({ stepSize: 0.19, inverseMass: 0.01 })(9000)).toBe(1);
  expect(baoabRatio({ stepSize: 0.21 })(100)).toBeNaN();
});

describe('the scheme of BlackJAX', () => {
  // Where αε is small beside εω.
  test.each([
    [0.05, 1.1204, 4],
    [0.1, 1.155, 3],
    [0.15, 1.251, 3],
    [0.2, 1.62, 2],
  ])('at εω = %d gives %d', (turn, expected, digits) => {
    const sghmc = { stepSize: turn / 100, friction: 0.01, integrationSteps: 10 };
    const ratio = blackjaxSghmcRatio(sghmc)(100 ** 2);
    expect(ratio).toBeCloseTo(expected, digits);
  });

  test('gives L/(L−1) for small steps', () => {
    for (const integrationSteps of [5, 10, 20]) {
      const ratio = blackjaxSghmcRatio({ stepSize: 1e-4, friction: 0.01, integrationSteps })(1);
      expect(ratio).toBeCloseTo(integrationSteps / (integrationSteps - 1), 4);
    }
  });

  test('gives what a simulation shows', () => {
    const [stepSize, friction] = [0.1, 0.5];
    const momenta = new Float64Array(40_000);
    const noise = new Float64Array(160_000);
    fillNormals(stream(4, 'momentum', 'simulated'), 0, momenta);
    fillNormals(stream(4, 'noise', 'simulated'), 0, noise);
    let w = 0;
    let sum = 0;
    momenta.forEach((fresh, t) => {
      let p = fresh;
      for (let k = 0; k < 4; k++) {
        const pushed = (1 - friction * stepSize) * p - stepSize * 4 * w;
        w += stepSize * p;
        p = pushed + Math.sqrt(2 * friction * stepSize) * noise[4 * t + k];
      }
      sum += 4 * w * w;
    });
    const expected = blackjaxSghmcRatio({ stepSize, friction, integrationSteps: 4 })(4);
    expect(expected).toBeGreaterThan(1.3);
    // Some 4000 effective draws of a square: two standard errors are 4 %.
    expect(Math.abs(sum / momenta.length / expected - 1)).toBeLessThan(0.05);
  });

  test('is unstable at εω = 0.25', () => {
    expect(
      blackjaxSghmcRatio({ stepSize: 0.25, friction: 0.01, integrationSteps: 10 })(1),
    ).toBeNaN();
  });
});

describe('the estimate on a quadratic', () => {
  const precisions = [2, 20];
  const shares = [0.5, 0.95];

  test('is half the shares where the sampler is exact', () => {
    for (const how of [
      { sampler: 'hmc', scheme: null, stepSize: 0.1 },
      { sampler: 'sgld', scheme: 'leimkuhler_matthews', stepSize: 0.1 },
      { sampler: 'sghmc', scheme: 'baoab', stepSize: 0.1 },
    ] as const) {
      expect(biasedQuadraticLlc(precisions, shares, how)).toBeCloseTo(0.725, 14);
    }
  });

  test('weighs each coordinate’s bias by its share', () => {
    const how = { sampler: 'sgld', scheme: 'euler', stepSize: 0.1 } as const;
    const expected = (0.5 / (1 - 0.05) + 0.95 / (1 - 0.5)) / 2;
    expect(biasedQuadraticLlc(precisions, shares, how)).toBeCloseTo(expected, 14);
    const metric = [1, 0.1];
    const preconditioned = (0.5 / (1 - 0.05) + 0.95 / (1 - 0.05)) / 2;
    expect(biasedQuadraticLlc(precisions, shares, { ...how, metric })).toBeCloseTo(
      preconditioned,
      14,
    );
    const compat = {
      sampler: 'sghmc',
      scheme: 'blackjax',
      stepSize: 1e-3,
      friction: 0.01,
    } as const;
    expect(biasedQuadraticLlc(precisions, shares, compat) / 0.725).toBeCloseTo(10 / 9, 3);
  });

  test('is not known for an unstable step or for unadjusted MCLMC', () => {
    expect(
      biasedQuadraticLlc([50], [1], { sampler: 'sgld', scheme: 'euler', stepSize: 0.1 }),
    ).toBeNaN();
    expect(biasedQuadraticLlc([1], [1], { sampler: 'mclmc', scheme: null, stepSize: 1 })).toBeNaN();
  });
});

/** The variance of a chain of one coordinate, over 200,000 steps. */
function simulate(step: (w: number, z: number, y: number) => number): number {
  const count = 200_000;
  const noise = new Float64Array(count);
  const gradientNoise = new Float64Array(count);
  fillNormals(stream(3, 'noise', 'simulated'), 0, noise);
  fillNormals(stream(3, 'batch', 'simulated'), 0, gradientNoise);
  let w = 0;
  let sum = 0;
  for (let t = 0; t < count; t++) {
    w = step(w, noise[t], gradientNoise[t]);
    sum += w * w;
  }
  return sum / count;
}
