import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { philox } from '../../../src/compute/rng/philox.ts';
import {
  fillBatch,
  fillIndices,
  fillNormals,
  normal,
  stream,
  uniform,
} from '../../../src/compute/rng/stream.ts';

describe('philox', () => {
  // The known answers that Random123 is distributed with.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('gives the published words for counter %j and key %j', (counter, key, words) => {
    const out = new Uint32Array(4);
    philox({ key0: key[0], key1: key[1] }, counter, out);
    expect([...out]).toEqual(words);
  });
});

describe('a stream', () => {
  const seeds = fc.nat();

  test('is the same for the same name and another for any other', () => {
    fc.assert(
      fc.property(seeds, seeds, fc.string(), fc.string(), (a, b, label, other) => {
        expect(stream(a, 'noise', label)).toEqual(stream(a, 'noise', label));
        if (a !== b) expect(stream(a, 'noise', label)).not.toEqual(stream(b, 'noise', label));
        if (label !== other)
          expect(stream(a, 'noise', label)).not.toEqual(stream(a, 'noise', other));
        expect(stream(a, 'noise', label)).not.toEqual(stream(a, 'batch', label));
      }),
    );
  });

  test('gives each normal by its index, however many are asked for at once', () => {
    const source = stream(7, 'noise');
    const whole = new Float64Array(103);
    fillNormals(source, 5, whole);
    for (const length of [1, 2, 3, 4, 5, 50]) {
      const part = new Float64Array(length);
      fillNormals(source, 5, part);
      expect([...part]).toEqual([...whole.subarray(0, length)]);
    }
    whole.forEach((value, index) => {
      expect(normal(source, 5, index)).toBe(value);
    });
  });

  test('has normal moments, no correlation between neighbours, steps or streams', () => {
    const n = 200_000;
    const a = new Float64Array(n);
    const b = new Float64Array(n);
    const c = new Float64Array(n);
    fillNormals(stream(1, 'noise', 0), 0, a);
    fillNormals(stream(1, 'noise', 0), 1, b);
    fillNormals(stream(1, 'noise', 1), 0, c);
    const mean = (f: (i: number) => number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += f(i);
      return sum / n;
    };
    // Four standard errors of each moment: sqrt(var / n).
    expect(Math.abs(mean((i) => a[i]))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean((i) => a[i] ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean((i) => a[i] ** 3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(mean((i) => a[i] ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    for (const other of [b, c]) {
      expect(Math.abs(mean((i) => a[i] * other[i]))).toBeLessThan(4 / Math.sqrt(n));
    }
    expect(Math.abs(mean((i) => a[i] * a[(i + 1) % n]))).toBeLessThan(4 / Math.sqrt(n));
  });

  test('keeps uniforms inside (0, 1) and even', () => {
    const source = stream(3, 'accept');
    const bins = new Array<number>(16).fill(0);
    const n = 64_000;
    for (let step = 0; step < n; step++) {
      const u = uniform(source, step);
      expect(u > 0 && u < 1).toBe(true);
      bins[Math.floor(u * 16)] += 1;
    }
    // Chi-square with 15 degrees of freedom: 37.7 is its 0.999 quantile.
    const expected = n / 16;
    expect(bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(
      37.7,
    );
  });

  test('draws indices below the limit, every one as often', () => {
    const out = new Int32Array(30_000);
    fillIndices(stream(5, 'batch'), 9, 10, out);
    const counts = new Array<number>(10).fill(0);
    for (const index of out) counts[index] += 1;
    const expected = out.length / 10;
    // Chi-square with 9 degrees of freedom: 27.9 is its 0.999 quantile.
    expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(
      27.9,
    );
  });

  test('deals a minibatch out over the data: one row of each share, every row as often', () => {
    const [rows, size, steps] = [10, 4, 30_000];
    const out = new Int32Array(size);
    const counts = new Array<number>(rows).fill(0);
    for (let step = 0; step < steps; step++) {
      fillBatch(stream(5, 'batch'), step, rows, out);
      for (const [i, row] of out.entries()) {
        expect(row).toBeGreaterThanOrEqual(Math.floor((i * rows) / size));
        expect(row).toBeLessThan(Math.ceil(((i + 1) * rows) / size));
        counts[row] += 1;
      }
    }
    // No row is in a batch more than twice, so that the counts vary less than those of chi-square (27.9 as above).
    const expected = (size * steps) / rows;
    expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(
      27.9,
    );
  });

  test('makes batches whose mean varies as that of a draw without replacement', () => {
    const [rows, size, steps] = [1000, 256, 20_000];
    const values = new Float64Array(rows);
    fillNormals(stream(1, 'data'), 0, values);
    const mean = values.reduce((sum, value) => sum + value) / rows;
    const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rows - 1);
    const out = new Int32Array(size);
    let moment = 0;
    for (let step = 0; step < steps; step++) {
      fillBatch(stream(7, 'batch'), step, rows, out);
      const batch = out.reduce((sum, row) => sum + values[row], 0) / size;
      moment += (batch - mean) ** 2 / steps;
    }
    const ratio = moment / ((spread / size) * (1 - size / rows));
    // The data's own neighbours: a share's variance over 3.9 rows, of 256 shares, is known to √(2/(256·2.9)) = 5 %. The batches:
    // √(2/20000) = 1 %.
    expect(Math.abs(ratio - 1)).toBeLessThan(4 * Math.hypot(0.052, 0.01));
  });
});
