import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { buildTarget } from '../../../src/compute/targets/build-target.ts';
import type { LossFunction } from '../../../src/compute/targets/loss-function.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { posteriorScale } from '../../../src/compute/targets/scale.ts';
import {
  type Stretch,
  stiffestDirections,
  weightsOf,
} from '../../../src/compute/targets/stretch.ts';
import { train } from '../../../src/compute/training/train.ts';
import { SETTINGS } from './settings.ts';

const DIM = 12;

function normals(seed: number, length: number): Float64Array {
  const values = new Float64Array(length);
  fillNormals(stream(seed, 'data'), 0, values);
  return values;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** ½|w|² and, along some orthonormal directions that no axis is, stiffer. */
function bowl(stiff: readonly { along: Float64Array; curvature: number }[]): LossFunction {
  return {
    dim: DIM,
    rows: 0,
    evaluate(w, gradient) {
      gradient?.set(w);
      let value = dot(w, w) / 2;
      for (const { along, curvature } of stiff) {
        const amount = dot(along, w);
        value += ((curvature - 1) / 2) * amount ** 2;
        gradient?.forEach((_, i) => {
          gradient[i] += (curvature - 1) * amount * along[i];
        });
      }
      return value;
    },
  };
}

const ONES = new Float64Array(DIM).fill(1);
const ORIGIN = new Float64Array(DIM);
/** Two orthonormal directions across all axes. */
const EVEN = ONES.map(() => 1 / Math.sqrt(DIM));
const ODD = ONES.map((_, i) => (i % 2 === 0 ? 1 : -1) / Math.sqrt(DIM));

test('the stiffest direction is found, and stretched to half of what the next is', () => {
  const loss = bowl([{ along: EVEN, curvature: 50 }]);
  const terms = { nbeta: 2, gamma: 0 };
  const { directions } = stiffestDirections(loss, ORIGIN, ONES, terms, 1);
  expect(directions).toHaveLength(1);
  expect(directions[0].curvature).toBeCloseTo(100, 0);
  expect(Math.abs(dot(directions[0].along, EVEN))).toBeCloseTo(1, 4);
  expect(100 * (1 - directions[0].taken) ** 2).toBeCloseTo(0.5 * 2, 1);
});

test('several are found in their order', () => {
  const loss = bowl([
    { along: ODD, curvature: 30 },
    { along: EVEN, curvature: 300 },
  ]);
  const terms = { nbeta: 1, gamma: 1 };
  const { directions } = stiffestDirections(loss, ORIGIN, ONES, terms, 2);
  expect(directions.map(({ curvature }) => Math.round(curvature))).toEqual([301, 31]);
  expect(Math.abs(dot(directions[0].along, EVEN))).toBeCloseTo(1, 3);
  expect(Math.abs(dot(directions[1].along, ODD))).toBeCloseTo(1, 3);
});

test('none is stretched beyond the scale, however flat the others are', () => {
  const loss: LossFunction = {
    dim: DIM,
    rows: 0,
    evaluate(w, gradient) {
      const amount = dot(EVEN, w);
      gradient?.set(EVEN.map((value) => value * amount));
      return amount ** 2 / 2;
    },
  };
  const { directions } = stiffestDirections(loss, ORIGIN, ONES, { nbeta: 25, gamma: 0 }, 1);
  expect(25 * (1 - directions[0].taken) ** 2).toBeCloseTo(1, 6);
});

test('more directions than there are parameters are not asked for', () => {
  const { directions } = stiffestDirections(bowl([]), ORIGIN, ONES, { nbeta: 1, gamma: 1 }, 40);
  expect(directions.length).toBeLessThanOrEqual(DIM);
});

test('directions are orthonormal and weights move along them alone', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 4 }), (seed, count) => {
      const scale = normals(seed, DIM).map((value) => 0.2 + Math.abs(value));
      const loss = bowl([{ along: EVEN, curvature: 40 }]);
      const stretch = stiffestDirections(loss, ORIGIN, scale, { nbeta: 3, gamma: 1 }, count);
      const { directions } = stretch;
      for (const [i, a] of directions.entries()) {
        expect(a.taken).toBeGreaterThanOrEqual(0);
        expect(a.taken).toBeLessThan(1);
        for (const [j, b] of directions.entries()) {
          expect(dot(a.along, b.along)).toBeCloseTo(Number(i === j), 9);
        }
      }
      const center = normals(seed + 1, DIM);
      const position = normals(seed + 2, DIM);
      const weights = weightsOf(stretch, center, position);
      for (const { along, taken } of directions) {
        const before = dot(along, position) - dot(along, center);
        expect(dot(along, weights) - dot(along, center)).toBeCloseTo((1 - taken) * before, 9);
      }
      expect(weightsOf(stretch, center, center)).toEqual(center);
      expect(weightsOf({ directions: [] }, center, position)).toEqual(position);
    }),
  );
});

test('in a trained relu network the next direction limits the step instead', async () => {
  const { problem, start } = buildTarget({
    ...SETTINGS,
    target: 'mlp',
    in_dim: 8,
    widths: [64],
    n_data: 300,
  });
  const loss = lossFunction(problem);
  const trained = await train(loss, start, { maxSteps: 400, tolerance: 1e-2 });
  const center = trained.position;
  const terms = { nbeta: 50, gamma: 5 };
  const scale = posteriorScale(problem, center, terms);
  const { directions } = stiffestDirections(loss, center, scale, terms, 2);
  const [first, second] = directions.map(({ curvature }) => curvature);
  expect(second).toBeLessThan(0.75 * first);
  const before = largest(loss, center, scale, terms, { directions: [] });
  expect(Math.abs(before / first - 1)).toBeLessThan(0.05);
  const one = stiffestDirections(loss, center, scale, terms, 1);
  const after = largest(loss, center, scale, terms, one);
  // The two share a little of their directions, so that the next is not left quite as it was.
  expect(Math.abs(after / second - 1)).toBeLessThan(0.1);
});

/** The largest eigenvalue of S T(nβH + γ)T S by a long power iteration on differences of the potential's gradients. */
function largest(
  loss: LossFunction,
  center: Float64Array,
  scale: Float64Array,
  { nbeta, gamma }: { nbeta: number; gamma: number },
  stretch: Stretch,
): number {
  const { dim } = loss;
  const origin = new Float64Array(dim);
  let v = normals(5, dim);
  let size = Math.sqrt(dot(v, v));
  for (let i = 0; i < 200; i++) {
    const direction = weightsOf(
      stretch,
      origin,
      v.map((value, j) => (value / size) * scale[j]),
    );
    const gradients = [1e-3, -1e-3].map((reach) => {
      const gradient = new Float64Array(dim);
      loss.evaluate(
        center.map((value, j) => value + reach * direction[j]),
        gradient,
        null,
      );
      return gradient;
    });
    const force = direction.map(
      (value, j) => (nbeta * (gradients[0][j] - gradients[1][j])) / 2e-3 + gamma * value,
    );
    v = weightsOf(stretch, origin, force).map((value, j) => value * scale[j]);
    size = Math.sqrt(dot(v, v));
  }
  return size;
}
