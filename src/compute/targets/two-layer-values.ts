import { NEGLIGIBLE } from './log-quadrature.ts';

/**
 * E[nβL] of a two-layer linear network M → H → N with zero truth, L = ½‖W_2 W_1‖²_F, localised at 0;
 * κ = nβ/γ². null where min(M, H, N) is above 10 and digits would be lost.
 */
export function twoLayerExpectation(
  [inputs, hidden, outputs]: readonly [number, number, number],
  kappa: number,
): number | null {
  // Either layer may be integrated out; the one with the narrower outer side should stay.
  const stays = Math.min(inputs, outputs);
  if (Math.min(stays, hidden) > LARGEST) return null;
  return gramExpectation([stays, hidden], Math.max(inputs, outputs), kappa);
}

/**
 * The same with one layer integrated out and the `sides` of the other given. The q ≤ p eigenvalues t of
 * that layer's Gram matrix have density ∝ Π f(t_i)·Π_{i<j}|t_i − t_j|,
 * f(t) = t^((p−q−1)/2) e^(−t/2) (1 + κt)^(−N/2), N the `integrated` layer's outer side. Its normaliser Z
 * is a Pfaffian of double integrals (de Bruijn 1955), and E[nβL] = −κ dlnZ/dκ = −½ tr(A⁻¹ κ dA/dκ).
 */
export function gramExpectation(
  sides: readonly [number, number],
  integrated: number,
  kappa: number,
): number {
  const q = Math.min(...sides);
  const p = Math.max(...sides);
  const logF = (t: number) =>
    ((p - q - 1) / 2) * Math.log(t) - t / 2 - (integrated / 2) * Math.log1p(kappa * t);
  const slope = (t: number) => (-(integrated / 2) * kappa * t) / (1 + kappa * t);
  const { matrix, derivative } = pairIntegrals(q, logF, slope, kappa, p);
  return -halfTraceOfQuotient(matrix, derivative);
}

const LARGEST = 10;

/** The widest step that keeps nine digits; densities of many degrees of freedom are narrower than it. */
const STEP = 0.15;

/**
 * A_jk = ∬_{x<y} f(x) f(y) (x^j y^k − x^k y^j), bordered for odd q by ∫ f(y) y^j, up to one common factor
 * a row, and its derivative by ln κ. Outer variable ln y; inner x = y/(1 + e^(−z)), which is smooth at
 * both ends.
 */
function pairIntegrals(
  q: number,
  logF: (t: number) => number,
  slope: (t: number) => number,
  kappa: number,
  p: number,
): { matrix: number[][]; derivative: number[][] } {
  const size = q + (q % 2);
  const matrix = zeros(size);
  const derivative = zeros(size);
  const left = -Math.max(0, Math.log(kappa)) - 2 * NEGLIGIBLE;
  const right = Math.log(4 * (p + q) + 1500);
  const reference = mode((u) => logF(Math.exp(u)) + ((q + 1) / 2) * u, left, right);
  const scale = Math.exp(reference);
  const top = logF(scale);

  const step = Math.min(STEP, 0.8 / Math.sqrt(p));
  for (let u = left; u <= right; u += step) {
    const y = Math.exp(u);
    const logY = logF(y) - top + u - reference;
    if (logY + (q - 1) * (u - reference) < -2 * NEGLIGIBLE && u > reference) break;
    const slopeY = slope(y);
    const powersOfY = powers(y / scale, q);
    if (q % 2 === 1) {
      const weight = Math.exp(logY);
      for (let j = 0; j < q; j++) {
        addSkew(matrix, j, q, weight * powersOfY[j]);
        addSkew(derivative, j, q, weight * powersOfY[j] * slopeY);
      }
    }
    if (q === 1) continue;
    for (let z = left - u - NEGLIGIBLE; z <= NEGLIGIBLE; z += step) {
      const v = 1 / (1 + Math.exp(-z));
      const x = y * v;
      // dx = x (1 − v) dz
      const weight = Math.exp(logY + logF(x) - top + Math.log(x / scale) - Math.log1p(Math.exp(z)));
      if (weight === 0) continue;
      const slopes = slopeY + slope(x);
      const powersOfX = powers(x / scale, q);
      for (let j = 0; j < q; j++) {
        for (let k = j + 1; k < q; k++) {
          // x^j y^j (y^(k−j) − x^(k−j)) as y^(k−j) (1 − v^(k−j)), without cancellation near v = 1.
          const rest = -Math.expm1(-(k - j) * Math.log1p(Math.exp(-z)));
          const term = weight * powersOfX[j] * powersOfY[k] * rest;
          addSkew(matrix, j, k, term);
          addSkew(derivative, j, k, term * slopes);
        }
      }
    }
  }
  return { matrix, derivative };
}

function mode(log: (u: number) => number, from: number, to: number): number {
  let best = from;
  for (let u = from; u <= to; u += 0.5) if (log(u) > log(best)) best = u;
  return best;
}

function powers(x: number, count: number): number[] {
  const result = [1];
  for (let j = 1; j < count; j++) result.push(result[j - 1] * x);
  return result;
}

function zeros(size: number): number[][] {
  return Array.from({ length: size }, () => new Array<number>(size).fill(0));
}

function addSkew(matrix: number[][], j: number, k: number, value: number): void {
  matrix[j][k] += value;
  matrix[k][j] -= value;
}

/** ½ tr(A⁻¹ B) by Gauss–Jordan elimination with row pivots, in place. */
function halfTraceOfQuotient(a: number[][], b: number[][]): number {
  const size = a.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(a[i][column]) > Math.abs(a[pivot][column])) pivot = i;
    }
    [a[column], a[pivot]] = [a[pivot], a[column]];
    [b[column], b[pivot]] = [b[pivot], b[column]];
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = a[i][column] / a[column][column];
      for (let j = 0; j < size; j++) {
        a[i][j] -= factor * a[column][j];
        b[i][j] -= factor * b[column][j];
      }
    }
  }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += b[i][i] / a[i][i];
  return trace / 2;
}
