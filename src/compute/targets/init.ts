import { fillNormals, type Purpose, stream } from '../rng/stream.ts';
import type { Activation, TargetSettings } from '../settings.ts';
import { mlpLayout } from './mlp-layout.ts';

export interface InitSettings {
  readonly widths: readonly number[];
  readonly bias: boolean;
  readonly activation: Activation;
  readonly init: TargetSettings['init'];
  readonly seed: number;
}

/**
 * Initial parameters of a network, in the layout of `mlp`; biases are 0. Hidden layers by scheme:
 *
 * - he: normal, variance 2/inputs (He et al. 2015);
 * - xavier: normal, variance 2/(inputs + outputs) (Glorot & Bengio 2010);
 * - lecun: normal, variance 1/inputs (LeCun et al. 1998);
 * - orthogonal: orthonormal rows or columns, whichever are fewer, uniform among all such, times √2 for
 *   relu and gelu, 5/3 for tanh, 1 for identity (Saxe et al. 2014).
 *
 * The output layer is linear: variance 1/inputs, or orthonormal with gain 1. Networks of one seed but
 * different `purpose` share no random number.
 */
export function initialParameters(settings: InitSettings, purpose: Purpose): Float64Array {
  const { widths, bias, activation, init, seed } = settings;
  const { layers, dim } = mlpLayout(widths, bias);
  const parameters = new Float64Array(dim);
  for (const [l, { inputs, outputs, weight }] of layers.entries()) {
    const matrix = parameters.subarray(weight, weight + inputs * outputs);
    fillNormals(stream(seed, purpose, l), 0, matrix);
    const output = l === layers.length - 1;
    if (init === 'orthogonal') {
      orthogonalise(matrix, outputs, inputs);
      scale(matrix, output ? 1 : GAIN[activation]);
    } else if (output) {
      scale(matrix, Math.sqrt(1 / inputs));
    } else {
      scale(matrix, Math.sqrt(hiddenVariance(init, inputs, outputs)));
    }
  }
  return parameters;
}

const GAIN: Readonly<Record<Activation, number>> = {
  relu: Math.SQRT2,
  gelu: Math.SQRT2,
  tanh: 5 / 3,
  identity: 1,
};

function hiddenVariance(init: 'he' | 'xavier' | 'lecun', inputs: number, outputs: number): number {
  if (init === 'he') return 2 / inputs;
  return init === 'xavier' ? 2 / (inputs + outputs) : 1 / inputs;
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/**
 * Replaces a rows x columns matrix (row-major) by the orthonormal factor of its QR decomposition with a
 * positive diagonal: rows become orthonormal, or columns where there are fewer of them. From a Gaussian
 * matrix this is uniform (Mezzadri 2007). Gram-Schmidt, each projection done twice for accuracy.
 */
function orthogonalise(matrix: Float64Array, rows: number, columns: number): void {
  const byRow = rows <= columns;
  const count = byRow ? rows : columns;
  const length = byRow ? columns : rows;
  const step = byRow ? 1 : columns;
  const start = (v: number) => (byRow ? v * columns : v);
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += matrix[a + i * step] * matrix[b + i * step];
    return sum;
  };
  for (let v = 0; v < count; v++) {
    const at = start(v);
    for (let earlier = 0; earlier < 2 * v; earlier++) {
      const other = start(earlier % v);
      const overlap = dot(at, other);
      for (let i = 0; i < length; i++) matrix[at + i * step] -= overlap * matrix[other + i * step];
    }
    const norm = Math.sqrt(dot(at, at));
    for (let i = 0; i < length; i++) matrix[at + i * step] /= norm;
  }
}
