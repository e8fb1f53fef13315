import { expect, test } from 'vitest';
import { chainStarts } from '../../../src/compute/adaptation/start.ts';
import { stream } from '../../../src/compute/rng/stream.ts';

const streams = (count: number) =>
  Array.from({ length: count }, (_, chain) => stream(7, 'chain_init', chain));

test('starts spread around the centre with spread times the squared scale', () => {
  const dim = 20_000;
  const center = new Float64Array(dim).fill(3);
  const scale = new Float64Array(dim).fill(0.2);
  const starts = chainStarts(center, scale, 4, streams(2));
  for (const chain of [0, 1]) {
    const part = starts.subarray(chain * dim, (chain + 1) * dim);
    const mean = part.reduce((sum, x) => sum + x, 0) / dim;
    const variance = part.reduce((sum, x) => sum + (x - mean) ** 2, 0) / dim;
    expect(Math.abs(mean - 3)).toBeLessThan(4 * (0.4 / Math.sqrt(dim)));
    expect(Math.abs(variance / 0.16 - 1)).toBeLessThan(4 * Math.sqrt(2 / dim));
  }
});

test('each coordinate has its own scale, and one of scale 0 starts at the centre', () => {
  const starts = chainStarts(
    Float64Array.of(1, 2, 3),
    Float64Array.of(0, 1e-3, 1e3),
    2,
    streams(50),
  );
  for (let chain = 0; chain < 50; chain++) {
    expect(starts[3 * chain]).toBe(1);
    expect(Math.abs(starts[3 * chain + 1] - 2)).toBeLessThan(1e-2);
  }
  const widest = Math.max(...Array.from({ length: 50 }, (_, c) => Math.abs(starts[3 * c + 2])));
  expect(widest).toBeGreaterThan(1e3);
});

test('a chain starts at the same place however many others there are', () => {
  const center = Float64Array.of(0, 0, 0);
  const scale = Float64Array.of(1, 2, 3);
  const two = chainStarts(center, scale, 2, streams(2));
  const five = chainStarts(center, scale, 2, streams(5));
  expect([...five.subarray(0, 6)]).toEqual([...two]);
  expect(two[0]).not.toBe(two[3]);
});
