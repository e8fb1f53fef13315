import { describe, expect, test } from 'vitest';
import { fontFiles, readTextWidth } from '../../../src/report/figures/font.ts';
import {
  type FigureSpec,
  pngOf,
  renderFigure,
  renderSvg,
} from '../../../src/report/figures/render-figure.ts';
import { curveLook, INK, SAMPLER_LOOKS, samplerScales } from '../../../src/report/figures/theme.ts';

const SPEC: FigureSpec = {
  title: 'λ̂ by draw & <chain>',
  data: { values: [0, 1, 2].map((draw) => ({ draw, llc: draw ** 2 })) },
  mark: 'line',
  encoding: {
    x: { field: 'draw', type: 'quantitative' },
    y: { field: 'llc', type: 'quantitative' },
  },
};

/** Width and height of a PNG's header (PNG 3, 11.2.1). */
function sizeOf(png: Uint8Array): readonly [number, number] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  expect(view.getUint32(0)).toBe(0x89504e47);
  return [view.getUint32(16), view.getUint32(20)];
}

describe('a figure', () => {
  test('is an SVG of the asked size with its texts as texts, and a PNG of twice as many pixels', async () => {
    const { svg, png } = await renderFigure(SPEC, { width: 320, height: 200 });
    expect(svg).toMatch(/<svg [^>]*width="320" height="200"/);
    expect(svg).toContain('λ̂ by draw &amp; &lt;chain&gt;');
    expect(sizeOf(png)).toEqual([640, 400]);
    expect(sizeOf(await pngOf(svg, 1))).toEqual([320, 200]);
  });

  test('has the same bytes each time', async () => {
    const [one, other] = [
      await renderFigure(SPEC, { width: 320, height: 200 }),
      await renderFigure(SPEC, { width: 320, height: 200 }),
    ];
    expect(one.svg).toBe(other.svg);
    expect(Buffer.from(one.png).equals(Buffer.from(other.png))).toBe(true);
  });

  test('shows its text in the PNG, whatever fonts the machine has', async () => {
    const svg = await renderSvg(SPEC, { width: 320, height: 200 });
    const without = svg.replaceAll(/<text[^>]*>[^<]*<\/text>/g, '');
    expect(Buffer.from(await pngOf(without)).equals(Buffer.from(await pngOf(svg)))).toBe(false);
  });
});

test('the width of a text is what its font advances', () => {
  // DejaVu Sans 2.37: digits advance 1303 of 2048 units, a space 651, λ 1212, a combining accent nothing.
  const width = readTextWidth(fontFiles()[0]);
  expect(width('10 000')).toBeCloseTo((5 * 1303 + 651) / 2048, 12);
  expect(width('λ')).toBeCloseTo(1212 / 2048, 12);
  expect(width('λ̂')).toBe(width('λ'));
});

describe('the theme', () => {
  const colours = [
    ...Object.values(SAMPLER_LOOKS).map(({ colour }) => colour),
    ...[0, 1, 2, 3].map((index) => curveLook(index).colour),
  ];

  test.each(['#ffffff', '#000000'])('is read on %s', (background) => {
    for (const colour of colours) expect(contrast(colour, background)).toBeGreaterThanOrEqual(3);
    expect(contrast(INK, background)).toBeGreaterThanOrEqual(4.4);
  });

  test('gives each sampler a colour, a dash and a shape of its own', () => {
    const looks = Object.values(SAMPLER_LOOKS);
    for (const key of ['colour', 'dash', 'shape'] as const)
      expect(new Set(looks.map((look) => String(look[key]))).size).toBe(looks.length);
  });

  test('gives a sampler the same look whichever others are drawn', () => {
    const scales = samplerScales(['mclmc', 'hmc']);
    expect(scales.colour.domain).toEqual(['mclmc', 'hmc']);
    expect(scales.colour.range).toEqual([SAMPLER_LOOKS.mclmc.colour, SAMPLER_LOOKS.hmc.colour]);
    expect(scales.shape.range).toEqual([SAMPLER_LOOKS.mclmc.shape, SAMPLER_LOOKS.hmc.shape]);
    expect(scales.dash.range).toEqual([SAMPLER_LOOKS.mclmc.dash, SAMPLER_LOOKS.hmc.dash]);
  });

  test('tells sixteen curves apart', () => {
    const looks = Array.from({ length: 16 }, (_, index) => JSON.stringify(curveLook(index)));
    expect(new Set(looks).size).toBe(16);
  });
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
