import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ARRIVING,
  baoabBias,
  baoabTuning,
  explicitStepSize,
  langevinBias,
  langevinStepSize,
  SAMPLING,
} from '../../../src/compute/adaptation/step-size.ts';

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const stiffness = fc.record({
  curvature: positive,
  noise: fc.oneof(fc.constant(0), positive),
  slope: positive,
  llc: positive,
});
const scheme = fc.record({
  scheme: fc.constantFrom('euler' as const, 'leimkuhler_matthews' as const),
  memory: fc.constantFrom(0, 0.9),
});

describe('a Langevin step', () => {
  test('is as long as stability and the bias allow, and no longer', () => {
    fc.assert(
      fc.property(stiffness, scheme, (found, kind) => {
        const step = langevinStepSize(found, kind, SAMPLING);
        const bias = langevinBias(found, kind, step);
        const reach = (step * found.curvature) / SAMPLING.langevin[kind.scheme];
        expect(reach).toBeLessThanOrEqual(1.000001);
        expect(bias).toBeLessThanOrEqual(0.01 * 1.000001);
        expect(Math.max(reach, bias / 0.01)).toBeCloseTo(1, 6);
      }),
    );
  });

  test('is the curvature alone where neither noise nor scheme has a bias', () => {
    const found = { curvature: 50, noise: 0, slope: 10, llc: 3 };
    const kind = { scheme: 'leimkuhler_matthews', memory: 0 } as const;
    expect(langevinStepSize(found, kind, SAMPLING)).toBeCloseTo(2 / 50, 12);
    expect(langevinStepSize(found, kind, ARRIVING)).toBeCloseTo(2 / 50, 12);
  });

  test.each([1e-3, 0.1, 0.5])(
    'of %s has the bias of the closed form on equal directions',
    (step) => {
      // d directions of curvature A and gradient noise C: slope is d·A, noise d·C and λ is d/2.
      const [d, A, C] = [30, 7, 4];
      const found = { curvature: A, noise: d * C, slope: d * A, llc: d / 2 };
      const width = 1 - (step * A) / 4;
      const bias = (scheme: 'euler' | 'leimkuhler_matthews') =>
        langevinBias(found, { scheme, memory: 0 }, step);
      expect(bias('euler')).toBeCloseTo((1 + (step * C) / 4) / width - 1, 12);
      expect(bias('leimkuhler_matthews')).toBeCloseTo((step * C) / 4 / width, 12);
    },
  );
});

describe('BAOAB', () => {
  const auto = { stepSize: 'auto', friction: 'auto', leastFriction: 1, temperature: 1 } as const;

  test('without noise is 0.7/√λ at the friction that the softest direction likes', () => {
    const found = { curvature: 49, noise: 0, slope: 10, llc: 3 };
    const { stepSize, friction } = baoabTuning(found, auto, SAMPLING);
    expect(stepSize).toBeCloseTo(0.1, 12);
    expect(friction).toBe(1);
  });

  test('is never hotter than asked for, whichever of its settings is found', () => {
    const given = fc.oneof(
      fc.record({ stepSize: fc.constant('auto' as const), friction: fc.constant('auto' as const) }),
      fc.record({
        stepSize: fc.constant('auto' as const),
        friction: fc.double({ min: 0.01, max: 100, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(stiffness, given, positive, (found, { stepSize, friction }, temperature) => {
        const tuning = baoabTuning(
          found,
          { stepSize, friction, leastFriction: 1, temperature },
          SAMPLING,
        );
        expect(baoabBias(found, tuning, temperature)).toBeLessThanOrEqual(0.0100001);
        expect(tuning.stepSize * Math.sqrt(found.curvature)).toBeLessThanOrEqual(0.700001);
        if (friction !== 'auto') expect(tuning.friction).toBe(friction);
        else expect(tuning.friction).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test('takes up heat by friction before it shortens the step', () => {
    const some = baoabTuning({ curvature: 49, noise: 12, slope: 10, llc: 3 }, auto, SAMPLING);
    expect(some.stepSize).toBeCloseTo(0.1, 12);
    expect(some.friction).toBeGreaterThan(1);
    const much = baoabTuning({ curvature: 49, noise: 100, slope: 10, llc: 3 }, auto, SAMPLING);
    expect(much.stepSize).toBeLessThan(0.1);
  });

  test('is tame where no friction can help, and leaves a step given as it is', () => {
    const found = { curvature: 49, noise: 1e6, slope: 10, llc: 3 };
    const kept = baoabTuning(found, { ...auto, stepSize: 0.1 }, SAMPLING);
    expect(kept.stepSize).toBe(0.1);
    expect(Number.isFinite(kept.friction)).toBe(true);
    expect(baoabTuning(found, { ...auto, friction: 0 }, SAMPLING).friction).toBe(0);
  });
});

test('the scheme with the gradient at the old position stays below what it bears', () => {
  expect(explicitStepSize({ curvature: 100, noise: 0, slope: 1, llc: 1 })).toBeCloseTo(0.01, 12);
});
