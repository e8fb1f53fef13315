import { aoyagi, type LearningCoefficient } from './aoyagi.ts';
import { logExpectation, NEGLIGIBLE } from './log-quadrature.ts';
import type { PosteriorTerms } from './posterior.ts';
import type { CrossingProblem, DlnProblem, PowerProblem, Problem } from './problem.ts';
import { type Factor, productExpectation } from './product-values.ts';
import { tanhExpectation } from './tanh-values.ts';
import { twoLayerExpectation } from './two-layer-values.ts';

/** What is known of a target without sampling. */
export interface ExactValues {
  /**
   * E[nβ(L − L0)] under the posterior at this nβ and γ: what the estimator should give, discretisation
   * apart. Eight digits or more; null where it is not known or the posterior is improper.
   */
  readonly llc: number | null;
  /** The limit λ for nβ → ∞, null where not known. */
  readonly lambda: number | null;
  /** The multiplicity of λ: above 1, `llc` nears `lambda` only like 1/ln nβ. */
  readonly multiplicity: number | null;
}

type Terms = Pick<PosteriorTerms, 'nbeta' | 'gamma'>;

/** The exact values of a target at the w0 that `buildTarget` gives it. */
export function exactValues(problem: Problem, terms: Terms): ExactValues {
  switch (problem.kind) {
    case 'mlp':
      return { llc: null, lambda: null, multiplicity: null };
    case 'quadratic':
      return {
        llc: quadraticExpectation(problem.spectrum, terms),
        lambda: problem.spectrum.reduce((count, h) => count + (h > 0 ? 1 : 0), 0) / 2,
        multiplicity: 1,
      };
    case 'power':
      return {
        llc: powerExpectation(problem, terms),
        lambda: problem.exponents.reduce((sum, k) => sum + 1 / (2 * k), 0),
        multiplicity: 1,
      };
    case 'crossing':
      return { llc: crossingExpectation(problem, terms), ...crossingCoefficient(problem) };
    case 'dln':
      return { llc: dlnExpectation(problem, terms), ...aoyagi(problem.widths, rankOf(problem)) };
    case 'tanh':
      return { llc: tanhExpectation(problem, terms), ...tanhCoefficient(problem.hidden) };
  }
}

/**
 * s_i = nβh_i/(nβh_i + γ), each coordinate's part of a quadratic's 2λ̂. A sampler whose stationary
 * variance is v_i times too large estimates ½ Σ s_i v_i. Where h_i and γ are both 0, NaN.
 */
export function eigenShares(spectrum: Float64Array, { nbeta, gamma }: Terms): Float64Array {
  return spectrum.map((h) => (nbeta * h) / (nbeta * h + gamma));
}

function quadraticExpectation(spectrum: Float64Array, terms: Terms): number | null {
  const sum = eigenShares(spectrum, terms).reduce((a, b) => a + b, 0);
  return Number.isNaN(sum) ? null : sum / 2;
}

/** Σ over coordinates of E[nβ w^(2k)] under exp(−nβ w^(2k) − γw²/2). */
function powerExpectation({ exponents }: PowerProblem, { nbeta, gamma }: Terms): number | null {
  let total = 0;
  for (const k of new Set(exponents)) {
    const count = exponents.filter((exponent) => exponent === k).length;
    const scale = -Math.log(Math.max(nbeta ** (1 / (2 * k)), Math.sqrt(gamma)));
    const loss = (u: number) => nbeta * Math.exp(2 * k * u);
    total +=
      count *
      logExpectation((u) => u - loss(u) - (gamma * Math.exp(2 * u)) / 2, loss, {
        from: scale - NEGLIGIBLE,
        to: scale + 8,
        step: 0.1 / k,
      });
  }
  return total;
}

function crossingExpectation({ powers }: CrossingProblem, { nbeta, gamma }: Terms): number | null {
  if (powers.length === 1 && powers[0] === 1) {
    return quadraticExpectation(Float64Array.of(1), { nbeta, gamma });
  }
  return productValue(
    powers.map((power) => ({ degrees: 1, power })),
    { nbeta, gamma },
  );
}

function productValue(factors: readonly Factor[], { nbeta, gamma }: Terms): number | null {
  const power = factors.reduce((sum, factor) => sum + factor.power, 0);
  return gamma <= 0 ? null : productExpectation(factors, nbeta / gamma ** power);
}

/** The textbook result for a normal crossing: λ = min 1/(2k_i), as often as it is attained. */
function crossingCoefficient({ powers }: CrossingProblem): LearningCoefficient {
  const largest = Math.max(...powers);
  return {
    lambda: 1 / (2 * largest),
    multiplicity: powers.filter((power) => power === largest).length,
  };
}

function dlnExpectation(problem: DlnProblem, terms: Terms): number | null {
  const { widths } = problem;
  const { nbeta, gamma } = terms;
  if (widths.length === 2) {
    return quadraticExpectation(new Float64Array(widths[0] * widths[1]).fill(1), terms);
  }
  if (gamma <= 0 || rankOf(problem) > 0) return null;
  if (widths.length === 3) {
    const [inputs, hidden, outputs] = widths;
    return twoLayerExpectation([inputs, hidden, outputs], nbeta / (gamma * gamma));
  }
  // Through a layer of one unit the map is an outer product of two chains, and ‖W u‖² for a unit vector
  // u is a chi-square variate whatever came before: the squared norm is a product of them.
  const bottleneck = widths.indexOf(1);
  if (bottleneck < 0) return null;
  const others = widths.filter((_, s) => s !== bottleneck);
  return productValue(
    others.map((degrees) => ({ degrees, power: 1 })),
    terms,
  );
}

/** The rank of the true map, by elimination with full row pivots; entries below 1e-9 of the largest are 0. */
function rankOf({ widths, target }: DlnProblem): number {
  const columns = widths[0];
  const rows = Array.from({ length: target.length / columns }, (_, i) =>
    target.slice(i * columns, (i + 1) * columns),
  );
  const tolerance = 1e-9 * target.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  let rank = 0;
  for (let column = 0; column < columns && rank < rows.length; column++) {
    let pivot = rank;
    for (let i = rank; i < rows.length; i++) {
      if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    }
    if (Math.abs(rows[pivot][column]) <= tolerance) continue;
    [rows[rank], rows[pivot]] = [rows[pivot], rows[rank]];
    for (let i = rank + 1; i < rows.length; i++) {
      const factor = rows[i][column] / rows[rank][column];
      for (let j = column; j < columns; j++) rows[i][j] -= factor * rows[rank][j];
    }
    rank++;
  }
  return rank;
}

/**
 * One input, one output, zero truth: with i = ⌊√H⌋, λ = (H + i² + i)/(4i + 2), multiplicity 2 where H is
 * a square (Aoyagi & Watanabe 2005, "Resolution of singularities and the generalization error of
 * three-layered perceptron").
 */
function tanhCoefficient(hidden: number): LearningCoefficient {
  const i = Math.floor(Math.sqrt(hidden));
  return {
    lambda: (hidden + i * i + i) / (4 * i + 2),
    multiplicity: i * i === hidden ? 2 : 1,
  };
}
