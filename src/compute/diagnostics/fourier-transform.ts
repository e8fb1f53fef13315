/**
 * Fast Fourier transforms of complex numbers, in place, of lengths that are powers of two (Cooley & Tukey 1965, four
 * points at a time). The spectrum has the order of reversed bits, which costs nothing where each frequency is only
 * multiplied before the way back.
 */
export function transform(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  let quarter = n / 4;
  for (; quarter >= 1; quarter /= 4) {
    const { cos1, sin1, cos2, sin2, cos3, sin3 } = rootsOf(4 * quarter);
    for (let start = 0; start < n; start += 4 * quarter) {
      for (let k = 0; k < quarter; k++) {
        const i0 = start + k;
        const i1 = i0 + quarter;
        const i2 = i1 + quarter;
        const i3 = i2 + quarter;
        const aRe = real[i0] + real[i2];
        const aIm = imaginary[i0] + imaginary[i2];
        const bRe = real[i1] + real[i3];
        const bIm = imaginary[i1] + imaginary[i3];
        const cRe = real[i0] - real[i2];
        const cIm = imaginary[i0] - imaginary[i2];
        const dRe = imaginary[i1] - imaginary[i3];
        const dIm = real[i3] - real[i1];
        real[i0] = aRe + bRe;
        imaginary[i0] = aIm + bIm;
        const re1 = aRe - bRe;
        const im1 = aIm - bIm;
        real[i1] = re1 * cos2[k] - im1 * sin2[k];
        imaginary[i1] = re1 * sin2[k] + im1 * cos2[k];
        const re2 = cRe + dRe;
        const im2 = cIm + dIm;
        real[i2] = re2 * cos1[k] - im2 * sin1[k];
        imaginary[i2] = re2 * sin1[k] + im2 * cos1[k];
        const re3 = cRe - dRe;
        const im3 = cIm - dIm;
        real[i3] = re3 * cos3[k] - im3 * sin3[k];
        imaginary[i3] = re3 * sin3[k] + im3 * cos3[k];
      }
    }
  }
  if (quarter === 0.5) pairs(real, imaginary);
}

/** From a spectrum in the order of `transform` back to n times what it was made of. */
export function transformBack(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  let quarter = 1;
  if (Math.log2(n) % 2 === 1) {
    pairs(real, imaginary);
    quarter = 2;
  }
  for (; quarter < n; quarter *= 4) {
    const { cos1, sin1, cos2, sin2, cos3, sin3 } = rootsOf(4 * quarter);
    for (let start = 0; start < n; start += 4 * quarter) {
      for (let k = 0; k < quarter; k++) {
        const i0 = start + k;
        const i1 = i0 + quarter;
        const i2 = i1 + quarter;
        const i3 = i2 + quarter;
        const re1 = real[i1] * cos2[k] + imaginary[i1] * sin2[k];
        const im1 = imaginary[i1] * cos2[k] - real[i1] * sin2[k];
        const re2 = real[i2] * cos1[k] + imaginary[i2] * sin1[k];
        const im2 = imaginary[i2] * cos1[k] - real[i2] * sin1[k];
        const re3 = real[i3] * cos3[k] + imaginary[i3] * sin3[k];
        const im3 = imaginary[i3] * cos3[k] - real[i3] * sin3[k];
        const aRe = real[i0] + re1;
        const aIm = imaginary[i0] + im1;
        const bRe = real[i0] - re1;
        const bIm = imaginary[i0] - im1;
        const cRe = re2 + re3;
        const cIm = im2 + im3;
        const dRe = im3 - im2;
        const dIm = re2 - re3;
        real[i0] = aRe + cRe;
        imaginary[i0] = aIm + cIm;
        real[i1] = bRe + dRe;
        imaginary[i1] = bIm + dIm;
        real[i2] = aRe - cRe;
        imaginary[i2] = aIm - cIm;
        real[i3] = bRe - dRe;
        imaginary[i3] = bIm - dIm;
      }
    }
  }
}

/** Neighbours, two at a time: what is left of an odd number of doublings. */
function pairs(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 0; i < real.length; i += 2) {
    const re = real[i];
    const im = imaginary[i];
    real[i] = re + real[i + 1];
    imaginary[i] = im + imaginary[i + 1];
    real[i + 1] = re - real[i + 1];
    imaginary[i + 1] = im - imaginary[i + 1];
  }
}

/** cos and sin of −2πjk/n for j = 1, 2, 3 and k below n/4. */
interface Roots {
  readonly cos1: Float64Array;
  readonly sin1: Float64Array;
  readonly cos2: Float64Array;
  readonly sin2: Float64Array;
  readonly cos3: Float64Array;
  readonly sin3: Float64Array;
}

/** By n: callers repeat their sizes, and each holds only three quarters more than the next smaller. */
const known = new Map<number, Roots>();

/** Each angle on its own rather than by recurrence: rounding errors would add up. */
function rootsOf(n: number): Roots {
  let roots = known.get(n);
  if (roots === undefined) {
    const of = (f: (angle: number) => number, times: number) => {
      const values = new Float64Array(n / 4);
      for (let k = 0; k < values.length; k++) values[k] = f((-2 * Math.PI * times * k) / n);
      return values;
    };
    roots = {
      cos1: of(Math.cos, 1),
      sin1: of(Math.sin, 1),
      cos2: of(Math.cos, 2),
      sin2: of(Math.sin, 2),
      cos3: of(Math.cos, 3),
      sin3: of(Math.sin, 3),
    };
    known.set(n, roots);
  }
  return roots;
}
