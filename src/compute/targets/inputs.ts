import { fillIndices, fillNormals, stream } from '../rng/stream.ts';
import type { TargetSettings } from '../settings.ts';
import { studentFactor } from './gamma.ts';

export type InputSettings = Pick<
  TargetSettings,
  | 'seed'
  | 'n_data'
  | 'in_dim'
  | 'x_dist'
  | 'cov_decay'
  | 'mixture_k'
  | 'mixture_spread'
  | 'x_dim_latent'
  | 'student_df'
>;

/**
 * The inputs of a data set, n_data x in_dim, row-major, from one of five distributions:
 *
 * - gauss_iso: standard normal;
 * - gauss_aniso: coordinate i has variance cov_decay^i;
 * - mixture: mixture_k equally likely unit normals around centres at distance mixture_spread from 0, in
 *   random directions;
 * - lowdim_manifold: tanh(z A), z of x_dim_latent standard normals and A a fixed Gaussian matrix;
 * - heavy_tail: multivariate Student t with student_df degrees of freedom (one scale a row).
 */
export function drawInputs(settings: InputSettings): Float64Array {
  const { seed, n_data: rows, in_dim: columns } = settings;
  switch (settings.x_dist) {
    case 'gauss_iso':
      return normals(seed, 'rows', rows * columns);
    case 'gauss_aniso': {
      const x = normals(seed, 'rows', rows * columns);
      const scales = Float64Array.from(
        { length: columns },
        (_, i) => settings.cov_decay ** (i / 2),
      );
      return x.map((value, i) => value * scales[i % columns]);
    }
    case 'mixture':
      return mixture(settings);
    case 'lowdim_manifold':
      return manifold(settings);
    case 'heavy_tail': {
      const x = normals(seed, 'rows', rows * columns);
      const scales = stream(seed, 'data', 'scale');
      for (let r = 0; r < rows; r++) {
        const factor = studentFactor(scales, r, settings.student_df);
        for (let i = 0; i < columns; i++) x[r * columns + i] *= factor;
      }
      return x;
    }
  }
}

function normals(seed: number, what: string, length: number): Float64Array {
  const values = new Float64Array(length);
  fillNormals(stream(seed, 'data', what), 0, values);
  return values;
}

function mixture(settings: InputSettings): Float64Array {
  const { seed, n_data: rows, in_dim: columns, mixture_k: components } = settings;
  const centres = normals(seed, 'centre', components * columns);
  for (let c = 0; c < components; c++) {
    const centre = centres.subarray(c * columns, (c + 1) * columns);
    const factor =
      settings.mixture_spread / Math.sqrt(centre.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < columns; i++) centre[i] *= factor;
  }
  const component = new Int32Array(rows);
  fillIndices(stream(seed, 'data', 'component'), 0, components, component);
  const x = normals(seed, 'rows', rows * columns);
  return x.map((value, i) => {
    const row = Math.floor(i / columns);
    return value + centres[component[row] * columns + (i % columns)];
  });
}

function manifold(settings: InputSettings): Float64Array {
  const { seed, n_data: rows, in_dim: columns, x_dim_latent: latent } = settings;
  const embedding = normals(seed, 'embedding', latent * columns);
  const z = normals(seed, 'latent', rows * latent);
  const x = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < columns; i++) {
      let sum = 0;
      for (let k = 0; k < latent; k++) sum += z[r * latent + k] * embedding[k * columns + i];
      x[r * columns + i] = Math.tanh(sum);
    }
  }
  return x;
}
