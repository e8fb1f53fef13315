import type { Draws } from './draws.ts';
import { mean } from './moments.ts';

/** Biased autocovariance of one chain at all lags (divided by n). */
export function autocovariance(chain: Float64Array): Float64Array {
  return meanAutocovariance([chain]);
}

/**
 * The mean over chains of their biased autocovariances at all lags: their power spectra are added and
 * transformed back once. Two real chains share one complex transform, as only the sum of their spectra
 * is wanted.
 */
export function meanAutocovariance(draws: Draws): Float64Array {
  const n = draws[0].length;
  // Zeros enough that no lag wraps around.
  let size = 1;
  while (size < 2 * n) size *= 2;
  const power = new Float64Array(size);
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let first = 0; first < draws.length; first += 2) {
    placeCentred(draws[first], real);
    if (first + 1 < draws.length) placeCentred(draws[first + 1], imaginary);
    else imaginary.fill(0);
    fourierTransform(real, imaginary);
    for (let i = 0; i < size; i++) power[i] += real[i] ** 2 + imaginary[i] ** 2;
  }
  // The even part of the power is the sum of the chains' spectra, and the real part of the transform keeps
  // just that; of an even spectrum the forward transform is the inverse but for 1/size.
  imaginary.fill(0);
  fourierTransform(power, imaginary);
  const scale = 1 / (size * n * draws.length);
  return power.subarray(0, n).map((value) => value * scale);
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

/** In place, radix 2 (Cooley & Tukey 1965); the length is a power of two. */
function fourierTransform(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  const { cosine, sine } = rootsOfUnity(n);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cosine[k * stride];
        const s = sine[k * stride];
        const re = real[b] * c - imaginary[b] * s;
        const im = real[b] * s + imaginary[b] * c;
        real[b] = real[a] - re;
        imaginary[b] = imaginary[a] - im;
        real[a] += re;
        imaginary[a] += im;
      }
    }
  }
}

/** Of the size used last, since callers repeat one. */
let roots = { n: 0, cosine: new Float64Array(0), sine: new Float64Array(0) };

/** e^{−2πik/n}, each on its own rather than by recurrence: rounding errors would add up. */
function rootsOfUnity(n: number): typeof roots {
  if (roots.n !== n) {
    const angles = Float64Array.from({ length: n / 2 }, (_, k) => (2 * Math.PI * k) / n);
    roots = { n, cosine: angles.map(Math.cos), sine: angles.map((angle) => -Math.sin(angle)) };
  }
  return roots;
}
