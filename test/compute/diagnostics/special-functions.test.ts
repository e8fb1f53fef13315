import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaQuantile } from '../../../src/compute/diagnostics/beta-quantile.ts';
import { normalQuantile } from '../../../src/compute/diagnostics/normal-quantile.ts';

describe('the normal quantile', () => {
  // SciPy 1.17.1, norm.ppf; the first three are those that Wichura prints.
  test.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167813],
    [1e-20, -9.26234008979841],
    [0.075, -1.4395314709384563],
    [0.5, 0],
    [0.975, 1.959963984540054],
    [1e-300, -37.0470962993612],
  ])('of %d is %d', (p, expected) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(2e-15 * Math.abs(expected));
  });

  test('is odd about a half and NaN where p is no probability between 0 and 1', () => {
    expect(normalQuantile(0.9)).toBeCloseTo(-normalQuantile(0.1), 14);
    for (const p of [0, 1, -0.1, 1.1, Number.NaN]) expect(normalQuantile(p)).toBeNaN();
  });
});

describe('the quantile of the beta distribution', () => {
  test('is a power for a second parameter of 1, and its mirror image', () => {
    expect(betaQuantile(0.3, 2.5, 1)).toBeCloseTo(0.3 ** 0.4, 13);
    expect(betaQuantile(0.3, 1, 2.5)).toBeCloseTo(1 - 0.7 ** 0.4, 13);
  });

  // SciPy 1.17.1, beta.ppf.
  test.each([
    [0.1586553, 40, 400, 0.07724727869334484],
    [0.8413447, 2, 1e5, 3.299455250059991e-5],
    [0.1586553, 2e5, 2e5, 0.49920943073547397],
  ])('at %d for %d and %d is %d', (p, a, b, expected) => {
    expect(Math.abs(betaQuantile(p, a, b) / expected - 1)).toBeLessThan(1e-9);
  });

  test('mirrors itself when the parameters change places', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.5, max: 1e4, noNaN: true }),
        fc.double({ min: 0.5, max: 1e4, noNaN: true }),
        (p, a, b) => {
          expect(Math.abs(betaQuantile(p, a, b) + betaQuantile(1 - p, b, a) - 1)).toBeLessThan(
            1e-11,
          );
        },
      ),
    );
  });
});
