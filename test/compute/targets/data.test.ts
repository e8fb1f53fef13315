import { describe, expect, it } from 'vitest';
import { stream } from '../../../src/compute/rng/stream.ts';
import { gamma } from '../../../src/compute/targets/gamma.ts';
import { drawInputs } from '../../../src/compute/targets/inputs.ts';
import { addNoise } from '../../../src/compute/targets/noise.ts';
import { teacherOutputs } from '../../../src/compute/targets/teacher.ts';
import { SETTINGS } from './settings.ts';

const ROWS = 20_000;
const many = { ...SETTINGS, n_data: ROWS };

const mean = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => (a as number) + (b as number), 0) as number;
const average = (values: ArrayLike<number>) => mean(values) / values.length;
const column = (x: Float64Array, columns: number, i: number) =>
  x.filter((_, at) => at % columns === i);

describe('gamma', () => {
  it.each([0.3, 1, 2, 7.5])('has the mean and variance of its shape %f', (shape) => {
    const draws = Float64Array.from({ length: ROWS }, (_, i) => gamma(stream(1, 'data'), i, shape));
    const variance = average(draws.map((g) => (g - shape) ** 2));
    // Fourth central moment of a gamma: 3k² + 6k.
    const spread = Math.sqrt((3 * shape * shape + 6 * shape - shape * shape) / ROWS);
    expect(Math.abs(average(draws) - shape)).toBeLessThan(4 * Math.sqrt(shape / ROWS));
    expect(Math.abs(variance - shape)).toBeLessThan(4 * spread);
    expect(draws.every((g) => g > 0)).toBe(true);
  });
});

describe('drawInputs', () => {
  it('draws gauss_iso with mean 0, variance 1 and no correlation', () => {
    const x = drawInputs(many);
    expect(x).toHaveLength(4 * ROWS);
    const [a, b] = [column(x, 4, 0), column(x, 4, 1)];
    expect(Math.abs(average(a))).toBeLessThan(4 / Math.sqrt(ROWS));
    expect(Math.abs(average(a.map((v) => v * v)) - 1)).toBeLessThan(4 * Math.sqrt(2 / ROWS));
    expect(Math.abs(average(a.map((v, i) => v * b[i])))).toBeLessThan(4 / Math.sqrt(ROWS));
  });

  it('gives gauss_aniso the variances cov_decay^i', () => {
    const x = drawInputs({ ...many, x_dist: 'gauss_aniso', cov_decay: 0.5 });
    for (let i = 0; i < 4; i++) {
      const ratio = average(column(x, 4, i).map((v) => v * v)) / 0.5 ** i;
      expect(Math.abs(ratio - 1)).toBeLessThan(4 * Math.sqrt(2 / ROWS));
    }
  });

  it('puts mixture components at the stated distance, equally likely, unit noise independent', () => {
    const x = drawInputs({ ...many, x_dist: 'mixture', mixture_k: 3, mixture_spread: 30 });
    const rows = Array.from({ length: ROWS }, (_, r) => x.slice(4 * r, 4 * r + 4));
    // Far apart, so that the nearest of three seeds of clusters tells the component.
    const clusters: Float64Array[][] = [];
    for (const row of rows) {
      const home = clusters.find(([first]) => Math.hypot(...first.map((v, i) => v - row[i])) < 12);
      if (home === undefined) clusters.push([row]);
      else home.push(row);
    }
    expect(clusters).toHaveLength(3);
    for (const cluster of clusters) {
      expect(Math.abs(cluster.length - ROWS / 3)).toBeLessThan(4 * Math.sqrt((ROWS * 2) / 9));
      const centre = Array.from({ length: 4 }, (_, i) => average(cluster.map((row) => row[i])));
      expect(Math.abs(Math.hypot(...centre) - 30)).toBeLessThan(4 * Math.sqrt(4 / cluster.length));
      const variance = average(cluster.map((row) => (row[0] - centre[0]) ** 2));
      expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / cluster.length));
    }
  });

  it('keeps lowdim_manifold inside the cube and on a surface of its latent dimension', () => {
    const x = drawInputs({ ...many, n_data: 200, x_dist: 'lowdim_manifold', x_dim_latent: 1 });
    expect(x.every((v) => Math.abs(v) <= 1)).toBe(true);
    // With one latent number, artanh of a row is a multiple of one direction.
    const ratio = (r: number) => Math.atanh(x[4 * r + 1]) / Math.atanh(x[4 * r]);
    expect(ratio(3)).toBeCloseTo(ratio(8), 8);
  });

  it('draws heavy_tail as multivariate t: variance ν/(ν−2), one scale a row', () => {
    const x = drawInputs({ ...many, x_dist: 'heavy_tail', student_df: 10 });
    const squares = column(x, 4, 0).map((v) => v * v);
    const others = column(x, 4, 1).map((v) => v * v);
    const variance = 10 / 8;
    // E t⁴ = 3ν²/((ν−2)(ν−4)).
    const fourth = 300 / 48;
    const spread = Math.sqrt((fourth - variance * variance) / ROWS);
    expect(Math.abs(average(squares) - variance)).toBeLessThan(4 * spread);
    // Squares of one row share their scale: E x²y² = ν²/((ν−2)(ν−4)) rather than variance².
    const shared = average(squares.map((v, i) => v * others[i]));
    expect(shared).toBeGreaterThan(variance * variance * 1.15);
    expect(Math.abs(shared / (100 / 48) - 1)).toBeLessThan(0.15);
  });
});

describe('addNoise', () => {
  const x = new Float64Array(4 * ROWS).fill(0.5);
  const clean = new Float64Array(ROWS).fill(3);
  const noiseOf = (changes: Partial<typeof SETTINGS>) =>
    addNoise({ ...many, ...changes }, clean, x).map((y) => y - 3);
  const deviation = (values: Float64Array) => Math.sqrt(average(values.map((v) => v * v)));

  it('adds Gaussian noise of noise_scale', () => {
    const noise = noiseOf({ noise_scale: 0.2 });
    expect(Math.abs(average(noise))).toBeLessThan((4 * 0.2) / Math.sqrt(ROWS));
    expect(Math.abs(deviation(noise) / 0.2 - 1)).toBeLessThan(4 * Math.sqrt(0.5 / ROWS));
  });

  it('scales heteroscedastic noise with the norm of the input', () => {
    // ‖x‖ = 1 in every row.
    const noise = noiseOf({ noise_model: 'hetero', noise_scale: 0.2, hetero_scale: 2 });
    expect(Math.abs(deviation(noise) / 0.6 - 1)).toBeLessThan(4 * Math.sqrt(0.5 / ROWS));
  });

  it('adds Student noise with the variance and the tails of its degrees of freedom', () => {
    const noise = noiseOf({ noise_model: 'student_t', noise_scale: 1, student_df: 10 });
    const squares = noise.map((v) => v * v);
    const spread = Math.sqrt((300 / 48 - 1.25 ** 2) / ROWS);
    expect(Math.abs(average(squares) - 1.25)).toBeLessThan(4 * spread);
    expect(average(squares.map((v) => v * v)) / 1.25 ** 2).toBeGreaterThan(3.4);
  });

  it('replaces the stated fraction by outliers', () => {
    const noise = noiseOf({ noise_model: 'outliers', outlier_frac: 0.1, outlier_scale: 1000 });
    // An outlier of scale 1000 stays below 1 in absolute value with probability 8e-4.
    const large = noise.filter((v) => Math.abs(v) > 1).length;
    const expected = 0.1 * (1 - 8e-4) * ROWS;
    expect(Math.abs(large - expected)).toBeLessThan(4 * Math.sqrt(ROWS * 0.1 * 0.9));
  });
});

describe('teacherOutputs', () => {
  it('is a network of its own depth, widths and activation', () => {
    const x = drawInputs(SETTINGS);
    const own = teacherOutputs(SETTINGS, x);
    expect(teacherOutputs({ ...SETTINGS, teacher_widths: [5] }, x)).toEqual(own);
    expect(teacherOutputs({ ...SETTINGS, teacher_depth: 1 }, x)).toEqual(own);
    expect(teacherOutputs({ ...SETTINGS, teacher_depth: 2 }, x)).not.toEqual(own);
    expect(teacherOutputs({ ...SETTINGS, teacher_activation: 'tanh' }, x)).not.toEqual(own);
    // A linear teacher is additive.
    const linear = { ...SETTINGS, teacher_activation: 'identity' as const };
    const y = teacherOutputs(linear, x);
    const doubled = teacherOutputs(
      linear,
      x.map((v) => 2 * v),
    );
    expect(doubled[7]).toBeCloseTo(2 * y[7], 12);
  });

  it('drops the stated fraction of outputs and leaves the others', () => {
    const x = drawInputs(many);
    const full = teacherOutputs(many, x);
    const dropped = teacherOutputs({ ...many, teacher_dropout_rate: 0.25 }, x);
    const zeros = dropped.filter((v, i) => v !== full[i]);
    expect(zeros.every((v) => v === 0)).toBe(true);
    // A relu teacher may say 0 of itself; these do not count.
    const said = full.filter((v) => v !== 0).length;
    expect(Math.abs(zeros.length - said / 4)).toBeLessThan(4 * Math.sqrt((said * 3) / 16));
  });
});
