import { logExpectation, NEGLIGIBLE } from './log-quadrature.ts';
import type { PosteriorTerms } from './posterior.ts';
import type { TanhProblem } from './problem.ts';

/**
 * E[nβL] of a tanh network with zero truth, localised at 0, for one or two hidden units; null for more
 * and for γ = 0. The outer weights are Gaussian given the inner ones and are integrated out: with
 * G_jk = nβ·mean tanh(b_j x) tanh(b_k x) the inner ones have density
 * ∝ exp(−γ‖b‖²/2) det(I + G/γ)^(−½) and E[nβL] = E[½ tr G(G + γ)⁻¹].
 */
export function tanhExpectation(
  { hidden, inputs }: TanhProblem,
  { nbeta, gamma }: Pick<PosteriorTerms, 'nbeta' | 'gamma'>,
): number | null {
  if (gamma <= 0) return null;
  const from = -NEGLIGIBLE - Math.max(0, Math.log(nbeta / gamma)) - Math.max(0, Math.log(gamma));
  const to = Math.log(1500 / gamma) / 2;
  const ratio = nbeta / (gamma * inputs.length);
  if (hidden === 1) {
    const moment = (u: number) => {
      const b = Math.exp(u);
      return ratio * inputs.reduce((sum, x) => sum + Math.tanh(b * x) ** 2, 0);
    };
    return logExpectation(
      (u) => u - (gamma * Math.exp(2 * u)) / 2 - Math.log1p(moment(u)) / 2,
      (u) => moment(u) / (1 + moment(u)) / 2,
      { from, to, step: 0.1 },
    );
  }
  return hidden === 2 ? twoUnits(inputs, ratio, gamma, from, to) : null;
}

/**
 * Two units, b = e^(c ± v/2) by symmetry. Where the units agree (v = 0) G is singular, in a ridge as
 * narrow as 1/√(nβ/γ): v = width·sinh(z) resolves it. The integrand is even in z.
 */
function twoUnits(
  inputs: Float64Array,
  ratio: number,
  gamma: number,
  from: number,
  to: number,
): number {
  const width = Math.min(1, 1 / Math.sqrt(ratio * inputs.length));
  const furthest = Math.asinh((to - from) / width);
  let weights = 0;
  let values = 0;
  for (let c = from; c <= to; c += 0.1) {
    for (let z = 0; z <= furthest; z += 0.1) {
      const v = width * Math.sinh(z);
      const b1 = Math.exp(c + v / 2);
      const b2 = Math.exp(c - v / 2);
      if (gamma * b1 * b1 > 1500) break;
      let g11 = 0;
      let g12 = 0;
      let g22 = 0;
      for (const x of inputs) {
        const t1 = Math.tanh(b1 * x);
        const t2 = Math.tanh(b2 * x);
        g11 += ratio * t1 * t1;
        g12 += ratio * t1 * t2;
        g22 += ratio * t2 * t2;
      }
      const det = 1 + g11 + g22 + (g11 * g22 - g12 * g12);
      const jacobian = (z === 0 ? 0.5 : 1) * Math.cosh(z) * b1 * b2;
      const weight = (jacobian * Math.exp((-gamma * (b1 * b1 + b2 * b2)) / 2)) / Math.sqrt(det);
      // tr G(I+G)⁻¹ = 2 − tr (I+G)⁻¹.
      weights += weight;
      values += (weight * (2 - (2 + g11 + g22) / det)) / 2;
    }
  }
  return values / weights;
}
