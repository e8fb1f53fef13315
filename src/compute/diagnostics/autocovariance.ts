import { mean } from './moments.ts';

/** Biased autocovariance of one chain at all lags (divided by n), by a zero-padded Fourier transform. */
export function autocovariance(chain: Float64Array): Float64Array {
  const n = chain.length;
  let size = 1;
  while (size < 2 * n) size *= 2;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const centre = mean(chain);
  for (let i = 0; i < n; i++) real[i] = chain[i] - centre;
  fourierTransform(real, imaginary);
  for (let i = 0; i < size; i++) {
    real[i] = real[i] ** 2 + imaginary[i] ** 2;
    imaginary[i] = 0;
  }
  // A power spectrum is even, so the forward transform is the inverse but for 1/size.
  fourierTransform(real, imaginary);
  return Float64Array.from({ length: n }, (_, lag) => real[lag] / size / n);
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
  // Each root of unity on its own rather than by recurrence: rounding errors would add up.
  const cosine = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sine = Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n));
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
