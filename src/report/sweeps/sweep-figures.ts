import type { SamplerName } from '../../compute/settings.ts';
import { SAMPLERS } from '../../dispatch/plan/matrix.ts';
import type { FigureSize, FigureSpec } from '../figures/render-figure.ts';
import { INK, SAMPLER_LOOKS, samplerScales } from '../figures/theme.ts';
import { type Agreement, agreements } from './agreement.ts';
import { MEASURES, type Measure, medians } from './medians.ts';
import type { ResultRow } from './results-table.ts';

/** A figure of a sweep, ready to be drawn. */
export interface SweepFigure {
  readonly name: string;
  readonly spec: FigureSpec;
  readonly size: FigureSize;
}

const SIZE: FigureSize = { width: 720, height: 400 };

/** Of the agreement: a row a family, as long as they can be read. */
const MOST_FAMILIES = 40;

/**
 * The figures of a sweep's rows: four measures against problem size, and how far samplers agree. One without any number is
 * left out.
 *
 * @param column the problem's size.
 */
export function sweepFigures(
  rows: readonly ResultRow[],
  column: string,
  sizeOf: (row: ResultRow) => number,
): SweepFigure[] {
  const present = SAMPLERS.filter((name) => rows.some(({ sampler }) => sampler === name));
  const ofMeasures = MEASURES.flatMap((measure) => {
    const spec = measureSpec(rows, measure, { column, sizeOf, present });
    return spec === null ? [] : [{ name: measure.name, spec, size: SIZE }];
  });
  const agreed = agreements(rows);
  if (agreed.length === 0) return ofMeasures;
  const families = new Set(agreed.map(({ family }) => family)).size;
  const height = 130 + 18 * Math.min(families, MOST_FAMILIES);
  return [
    ...ofMeasures,
    { name: 'agreement', spec: agreementSpec(agreed, present), size: { width: 720, height } },
  ];
}

/** Colour and shape of samplers, in one legend; dashes would be drawn around its shapes. */
function looks(present: readonly SamplerName[]) {
  const { colour, shape } = samplerScales(present);
  const legend = { title: null, orient: 'top', symbolSize: 80 };
  const by = (scale: object) => ({ field: 'sampler', type: 'nominal', scale, legend });
  return { color: by(colour), shape: by(shape) };
}

/** Medians with the middle half, joined by lines; each job as a small mark, hollow where its verdict doubts it. */
function measureSpec(
  rows: readonly ResultRow[],
  measure: Measure,
  {
    column,
    sizeOf,
    present,
  }: { column: string; sizeOf: (row: ResultRow) => number; present: readonly SamplerName[] },
): FigureSpec | null {
  const middle = medians(rows, sizeOf, measure.of);
  if (middle.length === 0) return null;
  const sizes = new Set(middle.map(({ size }) => size));
  const { color, shape } = looks(present);
  // Samplers of one size stand beside each other, so that none hides another.
  const beside = (sampler: SamplerName) =>
    1.06 ** (present.indexOf(sampler) - (present.length - 1) / 2);
  const each = rows.flatMap((row) => {
    const value = measure.of(row);
    const size = sizeOf(row);
    if (!(value > 0 && Number.isFinite(value) && Number.isFinite(size))) return [];
    return [
      { sampler: row.sampler, size: size * beside(row.sampler), value, doubted: isDoubted(row) },
    ];
  });
  const x = {
    field: 'size',
    type: 'quantitative',
    title: column === 'target_params' ? 'parameters' : column,
    scale: {
      type: 'log',
      ...(sizes.size === 1 ? widened([...sizes][0] as number) : { nice: false, padding: 16 }),
    },
    axis: { values: sizes.size <= 8 ? [...sizes] : undefined, format: '~s' },
  };
  const decades = powersOfTen(each.map(({ value }) => value));
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title: measure.axis,
    scale: { type: 'log', nice: true },
    axis: { values: decades, format: '~g' },
  });
  const values = middle.map((one) => ({ ...one, size: one.size * beside(one.sampler) }));
  const seeds = Math.max(...middle.map(({ count }) => count));
  return {
    title: {
      text: `${measure.title}, by ${column === 'target_params' ? 'size' : column}`,
      subtitle: [
        measure.note,
        `Median${seeds > 1 ? ' and middle half' : ''} of ${jobsText(middle)}; hollow: doubtful.`,
      ],
    },
    layer: [
      {
        data: { values: each },
        mark: { type: 'point', size: 22, opacity: 0.55, strokeWidth: 1.2 },
        encoding: {
          x,
          y: y('value'),
          color,
          shape,
          fill: {
            condition: { test: 'datum.doubted', value: 'transparent' },
            field: 'sampler',
            type: 'nominal',
            scale: color.scale,
            legend: color.legend,
          },
        },
      },
      {
        data: { values },
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x, y: y('lower'), y2: { field: 'upper' }, color },
      },
      ...present.map((name) => ({
        data: { values: values.filter(({ sampler }) => sampler === name) },
        mark: {
          type: 'line',
          strokeWidth: 2,
          color: SAMPLER_LOOKS[name].colour,
          strokeDash: SAMPLER_LOOKS[name].dash,
        },
        encoding: { x, y: y('median') },
      })),
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { x, y: y('median'), color, shape },
      },
    ],
  } as FigureSpec;
}

/** Those around the values. */
function powersOfTen(values: readonly number[]): number[] {
  const logs = values.map(Math.log10);
  const first = Math.floor(Math.min(...logs));
  const last = Math.ceil(Math.max(...logs));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

/** A logarithmic axis around one size alone. */
function widened(size: number): object {
  return { domain: [size / 2, size * 2] };
}

function jobsText(middle: readonly { count: number }[]): string {
  const counts = middle.map(({ count }) => count);
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return least === most
    ? `${most} ${most === 1 ? 'job' : 'jobs'} each`
    : `${least} to ${most} jobs`;
}

/** z by family, a row each; of very many families, a row a problem. */
function agreementSpec(agreed: readonly Agreement[], present: readonly SamplerName[]): FigureSpec {
  const families = new Set(agreed.map(({ family }) => family)).size;
  const nameOf =
    families <= MOST_FAMILIES
      ? ({ problem, family, seed }: Agreement) => `${problem || family} s${seed}`
      : ({ problem }: Agreement) => problem;
  const values = agreed.map((one) => ({
    ...one,
    name: nameOf(one),
    shown: Math.max(-8, Math.min(8, one.z)),
  }));
  const { color, shape } = looks(
    present.filter((name) => agreed.some(({ sampler }) => sampler === name)),
  );
  const references = [...new Set(agreed.map(({ reference }) => reference))].join(' or ');
  const most = Math.max(3, ...values.map(({ shown }) => Math.abs(shown)));
  const beyond = values.filter(({ z }) => Math.abs(z) > 8).length;
  const within = agreed.filter(({ z }) => Math.abs(z) <= 2).length;
  return {
    title: {
      text: 'Agreement of samplers, by family',
      subtitle: [
        `Difference to ${references} in its standard errors; of samplers that agree 95 % lie in the band, here ${within} of ${agreed.length}.`,
        ...(beyond === 0 ? [] : [`${beyond} beyond 8 are drawn at 8.`]),
      ],
    },
    layer: [
      {
        data: { values: [{ from: -2, to: 2 }] },
        mark: { type: 'rect', color: INK, opacity: 0.15 },
        encoding: {
          x: { field: 'from', type: 'quantitative', scale: { domain: [-most - 0.5, most + 0.5] } },
          x2: { field: 'to' },
        },
      },
      {
        data: { values: [{ at: 0 }] },
        mark: { type: 'rule', strokeDash: [4, 3] },
        encoding: { x: { field: 'at', type: 'quantitative' } },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 80, opacity: 1 },
        encoding: {
          x: { field: 'shown', type: 'quantitative', title: 'standard errors of the difference' },
          y: { field: 'name', type: 'nominal', title: null, sort: null, axis: { grid: true } },
          color,
          shape,
        },
      },
    ],
  } as FigureSpec;
}

/** Older tables have no verdict. */
function isDoubted({ verdict }: ResultRow): boolean {
  return verdict !== '' && verdict !== 'converged';
}
