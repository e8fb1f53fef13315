import { fillNormals, stream, uniform } from '../rng/stream.ts';
import type { TargetSettings } from '../settings.ts';
import { studentFactor } from './gamma.ts';

export type NoiseSettings = Pick<
  TargetSettings,
  | 'seed'
  | 'in_dim'
  | 'noise_model'
  | 'noise_scale'
  | 'hetero_scale'
  | 'student_df'
  | 'outlier_frac'
  | 'outlier_scale'
>;

/**
 * Returns the clean outputs (rows x outputs, row-major) with noise added:
 *
 * - gauss: standard deviation noise_scale;
 * - hetero: noise_scale·(1 + hetero_scale·‖x‖), x the row's input;
 * - student_t: noise_scale times Student t with student_df degrees of freedom;
 * - outliers: as gauss, but each value with probability outlier_frac at outlier_scale instead.
 */
export function addNoise(
  settings: NoiseSettings,
  clean: Float64Array,
  x: Float64Array,
): Float64Array {
  const { seed, in_dim: inputs, noise_scale: scale } = settings;
  const outputs = (clean.length * inputs) / x.length;
  const noise = new Float64Array(clean.length);
  fillNormals(stream(seed, 'data_noise', 'normal'), 0, noise);
  const tails = stream(seed, 'data_noise', 'scale');
  const outliers = stream(seed, 'data_noise', 'outlier');

  const scaleOf = (i: number): number => {
    switch (settings.noise_model) {
      case 'gauss':
        return scale;
      case 'hetero': {
        const row = Math.floor(i / outputs);
        const input = x.subarray(row * inputs, (row + 1) * inputs);
        return scale * (1 + settings.hetero_scale * norm(input));
      }
      case 'student_t':
        return scale * studentFactor(tails, i, settings.student_df);
      case 'outliers':
        return uniform(outliers, i) < settings.outlier_frac ? settings.outlier_scale : scale;
    }
  };
  return clean.map((value, i) => value + scaleOf(i) * noise[i]);
}

function norm(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
