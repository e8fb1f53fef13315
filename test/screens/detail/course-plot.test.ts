import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coursePlot } from '../../../src/screens/detail/course-plot.ts';
import { textOf } from '../../../src/ui/line.ts';

const SIZE = { columns: 10, rows: 4, ascii: true };

test('in ASCII a chain is drawn by its digit and the band by colons', () => {
  const plot = coursePlot(
    {
      x: [0, 9],
      series: [
        [0, 3],
        [3, 3],
      ],
      band: [
        [1, 1],
        [1, 1],
      ],
    },
    SIZE,
  );
  expect(plot?.rows.map(textOf)).toEqual(['2222222222', '     111  ', '::111:::::', '11        ']);
  expect([plot?.low, plot?.high]).toEqual([0, 3]);
  expect(plot?.ends).toEqual([[1, 2], [], [], []]);
});

test('nothing between two different steps is no plot', () => {
  const band = [[], []] as const;
  expect(coursePlot({ x: [], series: [], band }, SIZE)).toBeNull();
  expect(coursePlot({ x: [5, 5], series: [[1, 2]], band }, SIZE)).toBeNull();
  expect(coursePlot({ x: [5, 6], series: [[Number.NaN, Number.NaN]], band }, SIZE)).toBeNull();
});

test('a chain that diverges leaves the others their plot', () => {
  const series = [
    [1, 2, 3],
    [1, Number.NaN, Number.NaN],
  ];
  const plot = coursePlot({ x: [1, 2, 3], series, band: [[], []] }, SIZE);
  expect(plot?.ends.flat()).toEqual([1]);
});

test('whatever the numbers, every row has exactly the columns asked for', () => {
  const number = fc.oneof(
    fc.double({ min: -1e12, max: 1e12, noNaN: true }),
    fc.constant(Number.NaN),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: 1e6 }), number, number, number), { maxLength: 40 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      (points, columns, rows, ascii) => {
        const rising = points.toSorted(([a], [b]) => a - b);
        const column = (i: 1 | 2 | 3) => rising.map((point) => point[i]);
        const plot = coursePlot(
          {
            x: rising.map(([step]) => step),
            series: [column(1), column(2)],
            band: [column(3), column(3)],
          },
          { columns, rows, ascii },
        );
        if (plot === null) return;
        expect(plot.rows).toHaveLength(rows);
        for (const row of plot.rows)
          expect(textOf(row)).toMatch(
            ascii
              ? new RegExp(`^[ 12:]{${columns}}$`)
              : new RegExp(`^[ \u2800-\u28ff]{${columns}}$`),
          );
      },
    ),
  );
});
