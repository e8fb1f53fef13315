import type { EstimateInput } from '../../../src/compute/estimator/summary.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';

export interface GaussianPosterior {
  /** h_i of L = ½ Σ h_i w_i². */
  readonly spectrum: readonly number[];
  readonly nbeta: number;
  readonly gamma: number;
  /** w0, where the posterior is centred and L0 is measured; the minimum of L is at 0. Default all 0. */
  readonly center?: readonly number[];
  readonly chains?: number;
  readonly draws?: number;
  /** Of the chains' coordinates, draw to draw. Default 0. */
  readonly rho?: number;
  /** What the posterior's variances are multiplied with, at a draw (0 … 1 of the chain). Default 1. */
  readonly heat?: (share: number, chain: number) => number;
  readonly seed?: number;
}

/**
 * The input of an estimate whose draws are exact for L = ½ Σ h_i w_i²: the posterior is normal around
 * γ w0_i/A_i with the variances 1/A_i, A_i = nβh_i + γ. `heat` makes them wrong on purpose.
 */
export function gaussianPosterior(options: GaussianPosterior): EstimateInput {
  const { spectrum, nbeta, gamma, chains = 4, draws = 1000, rho = 0, seed = 1 } = options;
  const { center = spectrum.map(() => 0), heat = () => 1 } = options;
  const dim = spectrum.length;
  const losses: Float64Array[] = [];
  const squaredDistance: Float64Array[] = [];
  const virialLoss: Float64Array[] = [];
  const noise = new Float64Array(dim);
  for (let chain = 0; chain < chains; chain++) {
    const source = stream(seed, 'noise', 'gaussian', chain);
    const state = new Float64Array(dim);
    const [loss, square, virial] = [0, 0, 0].map(() => new Float64Array(draws));
    for (let t = 0; t < draws; t++) {
      fillNormals(source, t, noise);
      for (let i = 0; i < dim; i++) {
        state[i] = t === 0 ? noise[i] : rho * state[i] + Math.sqrt(1 - rho * rho) * noise[i];
        const precision = nbeta * spectrum[i] + gamma;
        const spread = Math.sqrt(heat(t / draws, chain) / precision);
        const w = (gamma * center[i]) / precision + spread * state[i];
        loss[t] += 0.5 * spectrum[i] * w * w;
        square[t] += (w - center[i]) ** 2;
        virial[t] += (w - center[i]) * spectrum[i] * w;
      }
    }
    losses.push(loss);
    squaredDistance.push(square);
    virialLoss.push(virial);
  }
  const slope = spectrum.map((h, i) => h * center[i]);
  return {
    sampler: 'hmc',
    scheme: null,
    nbeta,
    gamma,
    dim,
    baseline: spectrum.reduce((sum, h, i) => sum + 0.5 * h * center[i] ** 2, 0),
    baselineGradientNorm: Math.hypot(...slope),
    trained: Math.hypot(...slope) < 1e-9,
    losses,
    meters: { squaredDistance, virialLoss, gradientNorm: null },
    stats: {},
    work: { sampling: 100, warmup: 50, evaluation: 10 },
    seconds: { sampling: 2, warmup: 1 },
    exact: null,
  };
}
