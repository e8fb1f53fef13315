import type { Draws } from './draws.ts';
import { transform, transformBack } from './fourier-transform.ts';
import { mean } from './moments.ts';

/** Biased autocovariance of one chain at all lags (divided by n). */
export function autocovariance(chain: Float64Array): Float64Array {
  return meanAutocovariance([chain]);
}

/**
 * The mean over chains of their biased autocovariances: their power spectra are added and transformed back
 * once. Two real chains share one complex transform, as only the sum of their spectra is wanted.
 *
 * @param lags - at least so many, from 0 on, are returned; fewer make smaller transforms. Default: all n.
 */
export function meanAutocovariance(draws: Draws, lags = draws[0].length): Float64Array {
  const n = draws[0].length;
  // Zeros enough that none of these lags wraps around.
  let size = 1;
  while (size < n + Math.min(lags, n)) size *= 2;
  const { power, real, imaginary } = workspaceOf(size);
  power.fill(0);
  for (let first = 0; first < draws.length; first += 2) {
    placeCentred(draws[first], real);
    if (first + 1 < draws.length) placeCentred(draws[first + 1], imaginary);
    else imaginary.fill(0);
    transform(real, imaginary);
    for (let i = 0; i < size; i++) power[i] += real[i] * real[i] + imaginary[i] * imaginary[i];
  }
  // The even part of the power is the sum of the chains' spectra, and the real part of its transform keeps
  // just that.
  imaginary.fill(0);
  transformBack(power, imaginary);
  const scale = 1 / (size * n * draws.length);
  const covariance = power.slice(0, Math.min(n, size - n + 1));
  for (let lag = 0; lag < covariance.length; lag++) covariance[lag] *= scale;
  return covariance;
}

/** Of the size used last, since callers repeat one, many times. */
let workspace = {
  power: new Float64Array(0),
  real: new Float64Array(0),
  imaginary: new Float64Array(0),
};

function workspaceOf(size: number): typeof workspace {
  if (workspace.power.length !== size)
    workspace = {
      power: new Float64Array(size),
      real: new Float64Array(size),
      imaginary: new Float64Array(size),
    };
  return workspace;
}

function placeCentred(chain: Float64Array, into: Float64Array): void {
  const centre = mean(chain);
  for (let t = 0; t < chain.length; t++) into[t] = chain[t] - centre;
  into.fill(0, chain.length);
}

/** Autocorrelation at all lags; NaN for a constant chain. */
export function autocorrelation(chain: Float64Array): Float64Array {
  const covariance = autocovariance(chain);
  return covariance.map((value) => value / covariance[0]);
}
