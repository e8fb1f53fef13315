import { describe, expect, it } from 'vitest';
import { braillePlot, type Plot } from '../../src/ui/braille-plot.ts';
import { textOf } from '../../src/ui/line.ts';
import { widthOf } from '../../src/ui/text/width.ts';

const steps = [1000, 1500, 2000, 2460];
const plot: Plot = {
  series: [
    [85, 90, 96, 96.6],
    [84, 91, 92, 93.2],
    [105, 100, 99, 98.2],
    [83, 90, 93, 92.9],
  ],
  x: steps,
  columns: 60,
  rows: 7,
  ascii: false,
  names: ['1', '2', '3', '4'],
};
const textsOf = (of: Plot) => braillePlot(of).map(textOf);

describe('a plot of chains', () => {
  it('has its range on the left, its steps below, its chains at their ends', () => {
    const rows = textsOf(plot);
    expect(rows).toHaveLength(7);
    expect(rows[0]).toMatch(/^ 105 /);
    expect(rows[5]).toMatch(/^ {2}83 /);
    expect(rows[6]).toMatch(/^ {5}1,000 +step +2,460$/);
    expect(rows.filter((row) => / {3}2 4$/.test(row))).toHaveLength(1);
    expect(rows.every((row) => widthOf(row) <= 60)).toBe(true);
  });

  it('gives each chain its own look', () => {
    const tones = new Set(braillePlot(plot).flatMap((row) => row.flatMap((span) => span.tones)));
    expect(tones).toEqual(new Set(['live', 'warn', 'good', 'quiet']));
  });

  it('is drawn with digits in ASCII, the band with colons', () => {
    const rows = textsOf({
      ...plot,
      ascii: true,
      band: [
        [86, 88, 90, 91],
        [104, 102, 101, 100],
      ],
    });
    expect(rows.join('')).toMatch(/^[\x20-\x7e]*$/);
    for (const sign of ['1', '2', '3', '4', ':'])
      expect(rows.slice(0, -1).join('')).toContain(sign);
  });

  it('leaves blank what is not known', () => {
    const rows = textsOf({ ...plot, series: [[1, Number.NaN], [], [2, 2, 2]] });
    expect(rows.join('')).not.toContain('NaN');
    expect(textsOf({ ...plot, series: [[], [Number.NaN]] })).toEqual([]);
  });

  it('draws a level chain and a single value', () => {
    expect(textsOf({ ...plot, series: [[5, 5, 5, 5]], names: ['1'] }).join('')).toMatch(
      /[⠀-⣿]{20}/,
    );
    expect(textsOf({ ...plot, series: [[5]], x: [100], names: ['1'] })).toHaveLength(7);
  });
});
