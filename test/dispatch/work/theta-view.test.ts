import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_STRETCH } from '../../../src/compute/targets/stretch.ts';
import { createThetaView } from '../../../src/dispatch/work/theta-view.ts';

const around = (center: Float64Array) => ({ center, stretch: NO_STRETCH });

const quadratic = (dim: number) =>
  ({ kind: 'quadratic', spectrum: new Float64Array(dim).fill(1) }) as const;

describe('what is stored of a position', () => {
  test('is nothing for none', () => {
    const view = createThetaView(
      { diag_mode: 'none', diag_k: 4, diag_seed: 1 },
      quadratic(9),
      around(new Float64Array(9)),
    );
    expect([view.names, view.look(new Float64Array(9))]).toEqual([[], new Float64Array(0)]);
  });

  test('is different coordinates under their names for subset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 80 }),
        fc.nat(),
        (dim, diag_k, diag_seed) => {
          const settings = { diag_mode: 'subset', diag_k, diag_seed } as const;
          const view = createThetaView(settings, quadratic(dim), around(new Float64Array(dim)));
          const seen = view.look(Float64Array.from({ length: dim }, (_, i) => i));
          expect(seen.length).toBe(Math.min(dim, diag_k));
          expect(new Set(seen).size).toBe(seen.length);
          expect(view.names).toEqual(Array.from(seen, (index) => `w[${index}]`));
        },
      ),
    );
  });

  test('is w − w0 along orthonormal directions for proj', () => {
    const dim = 40;
    const center = Float64Array.from({ length: dim }, (_, i) => i);
    const settings = { diag_mode: 'proj', diag_k: 40, diag_seed: 7 } as const;
    const view = createThetaView(settings, quadratic(dim), around(center));
    expect(view.look(center)).toEqual(new Float64Array(dim));
    // As many directions as coordinates: the components have the length of the whole.
    const position = center.map((value, i) => value + Math.sin(i));
    const squared = (values: Float64Array) => values.reduce((sum, value) => sum + value ** 2, 0);
    expect(squared(view.look(position))).toBeCloseTo(
      squared(position.map((value, i) => value - center[i])),
      10,
    );
  });

  test('is of the weights, where the sampler’s coordinates are stretched', () => {
    const along = Float64Array.from([0.6, 0.8]);
    const stretch = { directions: [{ along, taken: 0.5, curvature: 9 }] };
    const settings = { diag_mode: 'subset', diag_k: 2, diag_seed: 1 } as const;
    const view = createThetaView(settings, quadratic(2), {
      center: Float64Array.from([1, 1]),
      stretch,
    });
    // Twice the direction away, of which half is taken.
    const seen = view.look(Float64Array.from([1 + 2 * 0.6, 1 + 2 * 0.8]));
    expect(seen[0]).toBeCloseTo(1.6, 12);
    expect(seen[1]).toBeCloseTo(1.8, 12);
  });

  test('is the same for the same seed and another for another', () => {
    const at = Float64Array.from({ length: 30 }, (_, i) => Math.cos(i));
    const look = (diag_seed: number) =>
      createThetaView(
        { diag_mode: 'proj', diag_k: 3, diag_seed },
        quadratic(30),
        around(new Float64Array(30)),
      ).look(at);
    expect(look(1)).toEqual(look(1));
    expect(look(1)).not.toEqual(look(2));
  });
});
