import type { FigureSpec } from '../src/report/figures/render-figure.ts';
import { curveLook, INK } from '../src/report/figures/theme.ts';

/** Seconds at sizes of one kind: rows, parameters or chains. */
export interface Growth {
  readonly of: string;
  readonly sizes: readonly number[];
  readonly seconds: readonly number[];
}

/** Times against sizes, each over its first; where cost is linear all lie on the line. */
export function scalingFigure(growths: readonly Growth[]): FigureSpec {
  const values = growths.flatMap(({ of, sizes, seconds }) =>
    sizes.map((size, i) => ({ of, size: size / sizes[0], time: seconds[i] / seconds[0] })),
  );
  const most = Math.max(...values.map(({ size }) => size));
  const looks = growths.map((_, index) => curveLook(index).colour);
  const domain = growths.map(({ of }) => of);
  const colour = { domain, range: looks };
  const shape = { domain, range: ['circle', 'square', 'triangle-up', 'diamond'] };
  const legend = { title: null, orient: 'top', symbolSize: 80 };
  const x = { field: 'size', type: 'quantitative', scale: { type: 'log', base: 2, nice: false } };
  const y = { field: 'time', type: 'quantitative', scale: { type: 'log', base: 2, nice: false } };
  return {
    layer: [
      {
        data: { values: [1, most].map((size) => ({ size, time: size })) },
        mark: { type: 'line', color: INK, strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 80 },
        encoding: {
          x: { ...x, title: 'size over the smallest' },
          y: { ...y, title: 'time over the smallest’s' },
          color: { field: 'of', type: 'nominal', scale: colour, legend },
          shape: { field: 'of', type: 'nominal', scale: shape, legend },
        },
      },
    ],
  } as FigureSpec;
}
