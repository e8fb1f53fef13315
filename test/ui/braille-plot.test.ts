import fc from 'fast-check';
import { expect, test } from 'vitest';
import { braillePlot } from '../../src/ui/braille-plot.ts';
import { textOf } from '../../src/ui/line.ts';
import { widthOf } from '../../src/ui/text/width.ts';
import { windowTop } from '../../src/ui/window.ts';

const plot = { columns: 40, rows: 6, ascii: false, xName: 'step' };

test('a rising and a falling curve end at their digits, with the axes named', () => {
  const lines = braillePlot({
    ...plot,
    ascii: true,
    x: [0, 100, 200],
    series: [
      [0, 5, 10],
      [10, 5, 0],
    ],
  }).map(textOf);
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/^10 2.* 1\s*1$|^10 2.*1 1$/);
  expect(lines[4]).toMatch(/^ 0 1.*2 2$/);
  expect(lines[5]).toMatch(/^ +0 +step +200$/);
});

test('a level is dashed behind the curves and within the range, and the x axis is written as asked', () => {
  const lines = braillePlot({
    ...plot,
    ascii: true,
    x: [0.05, 0.95],
    series: [[0, 1]],
    levels: [4],
    xText: (value) => value.toFixed(2),
  }).map(textOf);
  expect(lines[0]).toMatch(/^4\.0 :: :: ::/);
  expect(lines[5]).toMatch(/^ +0\.05 +step +0\.95$/);
});

test('curves that end together share their end', () => {
  const lines = braillePlot({
    ...plot,
    x: [0, 1],
    series: [
      [1, 2],
      [3, 2],
      [0, 4],
    ],
  }).map(textOf);
  expect(lines.some((line) => line.endsWith(' 1 2'))).toBe(true);
});

test('nothing to draw draws nothing, and a flat curve lies in the middle', () => {
  expect(braillePlot({ ...plot, x: [], series: [] })).toEqual([]);
  const lines = braillePlot({ ...plot, x: [0, 1], series: [[2, 2]] }).map(textOf);
  expect(lines[2]).toMatch(/[\u2801-\u28ff]/u);
});

test('whatever the values, the plot keeps to its rows and columns', () => {
  const y = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN));
  const series = fc.array(fc.array(y, { minLength: 1, maxLength: 50 }), { maxLength: 4 });
  fc.assert(
    fc.property(
      series,
      fc.boolean(),
      fc.integer({ min: 20, max: 90 }),
      (curves, ascii, columns) => {
        const x = Array.from(
          { length: Math.max(0, ...curves.map((one) => one.length)) },
          (_, i) => i,
        );
        const lines = braillePlot({ ...plot, columns, ascii, x, series: curves });
        expect(lines.length).toBeLessThanOrEqual(plot.rows);
        for (const one of lines) expect(widthOf(textOf(one))).toBeLessThanOrEqual(columns);
        if (ascii) expect(lines.map(textOf).join('')).toMatch(/^[ -~]*$/);
      },
    ),
    { seed: 1 },
  );
});

test('a window shows its cursor, moves no more than it must and never past the end', () => {
  const count = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(
      count,
      fc.nat(499),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(600),
      (n, c, size, before) => {
        const cursor = Math.min(c, n - 1);
        const top = windowTop(n, cursor, size, before);
        expect(top).toBeLessThanOrEqual(cursor);
        expect(cursor).toBeLessThan(top + size);
        expect(top).toBeLessThanOrEqual(Math.max(0, n - size));
        const isShown =
          before <= cursor && cursor < before + size && before <= Math.max(0, n - size);
        if (isShown) expect(top).toBe(before);
      },
    ),
    { seed: 1 },
  );
});
