import { NEGLIGIBLE } from './log-quadrature.ts';

/** One factor (χ²)^power of a product, χ² with `degrees` degrees of freedom. */
export interface Factor {
  readonly degrees: number;
  readonly power: number;
}

/**
 * E[κP/2] under the density ∝ prior(P)·exp(−κP/2), where under the prior P = Π (χ²_i)^(k_i) with
 * independent factors. This is E[nβL] for every loss that is half such a product under a Gaussian
 * localisation, with κ = nβ/γ^(Σ k_i): a normal crossing ½ Π w_i^(2k_i) has one degree a factor, a linear
 * network with a layer of width 1 has the other widths.
 *
 * The prior density of ln P is the convolution of the factors', on one grid: the trapezoidal rule, to
 * about nine digits. null where that grid would be too large (many factors, high powers) or the
 * posterior lies where the prior density is not representable.
 */
export function productExpectation(factors: readonly Factor[], kappa: number): number | null {
  // ln χ²ᵏ falls off like exp(degrees·s/2k) to the left and as exp(−e^(s/k)/2) to the right.
  const slowest = Math.min(...factors.map(({ degrees, power }) => degrees / (2 * power)));
  const rights = factors.map(({ degrees, power }) => power * Math.log(4 * degrees + 1500));
  const right = rights.reduce((a, b) => a + b, 0);
  // The product's left tail has the factor |s|^(m−1) as well.
  const tail = (NEGLIGIBLE + 5 * factors.length) / slowest;
  const left = Math.min(-Math.log(kappa), 0) - tail;
  const narrowest = factors.map(({ degrees, power }) => (0.8 * power) / Math.sqrt(degrees));
  const step = Math.min(STEP, ...narrowest);
  const first = Math.floor((left - right) / step);
  const last = Math.ceil(right / step);
  if (last - first > MOST_POINTS) return null;

  let density: Float64Array = logChiSquare(factors[0], first, last, step);
  for (const factor of factors.slice(1)) {
    density = convolve(density, logChiSquare(factor, first, last, step), first);
  }
  let weights = 0;
  let values = 0;
  for (let i = Math.floor(left / step); i <= last; i++) {
    const half = (kappa * Math.exp(i * step)) / 2;
    const weight = density[i - first] * Math.exp(-half);
    weights += weight;
    values += weight * half;
  }
  return weights > Number.MIN_VALUE / Number.EPSILON ? values / weights : null;
}

/** The widest step that keeps nine digits; densities of many degrees of freedom are narrower than it. */
const STEP = 0.15;

/** The convolutions take points² operations each. */
const MOST_POINTS = 10_000;

/** The density of power·ln χ² at first·step … last·step, summing to 1. */
function logChiSquare(
  { degrees, power }: Factor,
  first: number,
  last: number,
  step: number,
): Float64Array {
  const logs = Float64Array.from({ length: last - first + 1 }, (_, i) => {
    const u = ((first + i) * step) / power;
    return (degrees * u) / 2 - Math.exp(u) / 2;
  });
  const top = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = logs.map((value) => Math.exp(value - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The density of the sum of two variables on the same grid, whose numbers start at `first`. */
function convolve(a: Float64Array, b: Float64Array, first: number): Float64Array {
  const into = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    const offset = first + i;
    const from = Math.max(0, -offset);
    const to = Math.min(b.length, into.length - offset);
    for (let j = from; j < to; j++) into[j + offset] += a[i] * b[j];
  }
  return into;
}
