/** An algebraic learning coefficient: F_n ≈ n L0 + λ ln n − (m − 1) ln ln n. */
export interface LearningCoefficient {
  readonly lambda: number;
  readonly multiplicity: number;
}

/**
 * λ and its multiplicity for a deep linear network whose true map has rank `rank` (Aoyagi 2024,
 * "Consideration on the learning efficiency of multiple-layered neural networks with linear units").
 * `widths` are input, hidden…, output, at least two; 0 ≤ rank ≤ the narrowest. In integers until the last
 * division, so exact below 2⁵³.
 */
export function aoyagi(widths: readonly number[], rank: number): LearningCoefficient {
  const layers = widths.length - 1;
  if (layers < 1 || rank < 0 || rank > Math.min(...widths)) {
    throw new RangeError(`no linear network of widths ${widths} has rank ${rank}`);
  }
  const excess = widths.map((width) => width - rank).sort((a, b) => a - b);
  const regular = rank * (widths[0] + widths[layers]) - rank * rank;

  // The narrowest ℓ+1 layers are those that matter, for the one ℓ at which their mean excess lies between.
  let sum = excess[0];
  let pairs = 0;
  for (let l = 1; l <= layers; l++) {
    pairs += sum * excess[l];
    sum += excess[l];
    if (sum < l * excess[l] || (l < layers && sum >= l * excess[l + 1])) continue;
    const a = sum - (Math.ceil(sum / l) - 1) * l;
    const numerator = 2 * l * regular + a * (l - a) - (l - 1) * sum * sum + 2 * l * pairs;
    return { lambda: numerator / (4 * l), multiplicity: a * (l - a) + 1 };
  }
  throw new Error(`no prefix of ${excess} fits`);
}
