import { describe, expect, it } from 'vitest';
import { eigenShares, exactValues } from '../../../src/compute/targets/exact-values.ts';
import type { Problem } from '../../../src/compute/targets/problem.ts';
import {
  gramExpectation,
  twoLayerExpectation,
} from '../../../src/compute/targets/two-layer-values.ts';

const TANH_INPUTS = Float64Array.from({ length: 21 }, (_, i) => (i - 10) / 5);

function llc(problem: Problem, nbeta: number, gamma = 1): number {
  return exactValues(problem, { nbeta, gamma }).llc ?? Number.NaN;
}
const quadratic = (...h: number[]): Problem => ({
  kind: 'quadratic',
  spectrum: Float64Array.from(h),
});
const crossing = (...powers: number[]): Problem => ({ kind: 'crossing', powers });
const power = (...exponents: number[]): Problem => ({ kind: 'power', exponents });
const tanh = (hidden: number): Problem => ({ kind: 'tanh', hidden, inputs: TANH_INPUTS });
const dln = (...widths: number[]): Problem => ({
  kind: 'dln',
  widths,
  target: new Float64Array(widths[0] * widths[widths.length - 1]),
});

/** Half a unit in the last digit that the published value has. */
function expectDigits(actual: number, expected: string): void {
  const digits = expected.split('.')[1].length;
  expect(Math.abs(actual - Number(expected)), `${actual} for ${expected}`).toBeLessThanOrEqual(
    0.51 * 10 ** -digits,
  );
}

/** The modified Bessel function K_order(z) by its integral representation. */
function besselK(order: number, z: number): number {
  let sum = 0;
  for (let t = -40; t <= 40; t += 0.01) sum += Math.exp(-z * Math.cosh(t)) * Math.cosh(order * t);
  return (sum * 0.01) / 2;
}

describe('exactValues', () => {
  it.each([
    [4, 100, 1, '1.9119513849'],
    [10, 1000, 1, '4.9656981722'],
    [50, 5000, 1, '24.9574864533'],
    [10, 1000, 100, '2.9572228350'],
  ])('gives the closed form of an isotropic quadratic, d=%i n=%i γ=%i', (d, n, gamma, expected) => {
    const problem = quadratic(...new Array<number>(d).fill(1));
    expectDigits(llc(problem, n / Math.log(n), gamma), expected);
  });

  it.each([
    [0, '2.0000000000'],
    [1, '1.7596398692'],
    [10, '1.3232140870'],
    [100, '0.8337792221'],
  ])('gives the closed form of an ill-conditioned quadratic at γ=%i', (gamma, expected) => {
    expectDigits(llc(quadratic(0.01, 0.1, 1, 10), 1000 / Math.log(1000), gamma), expected);
  });

  it('splits a quadratic into shares that sum to twice its value', () => {
    const spectrum = Float64Array.of(0, 0.1, 3);
    const shares = eigenShares(spectrum, { nbeta: 20, gamma: 2 });
    expect([...shares]).toEqual([0, 2 / 4, 60 / 62]);
    expect(llc(quadratic(...spectrum), 20, 2)).toBeCloseTo((2 / 4 + 60 / 62) / 2, 14);
  });

  it.each([
    [1, 0, '0.5000000000'],
    [1, 1, '0.497512437811'],
    [1, 10, '0.47619047619'],
    [2, 0, '0.2500000000'],
    [2, 1, '0.241717587204'],
    [2, 10, '0.180289002896'],
    [3, 0, '0.1666666667'],
    [3, 1, '0.155617345872'],
    [3, 10, '0.0844542637816'],
  ])('integrates w^(2·%i) at γ=%i', (k, gamma, expected) => {
    expectDigits(llc(power(k), 100, gamma), expected);
  });

  it('adds up independent coordinates of a power target', () => {
    const sum = llc(power(1), 37, 2) + 2 * llc(power(3), 37, 2);
    expect(llc(power(3, 1, 3), 37, 2)).toBeCloseTo(sum, 12);
  });

  it.each([10, 1e2, 1e3, 1e4, 1e6])('gives the Bessel form of ½(w₁w₂)² at nβ=%f', (nbeta) => {
    for (const gamma of [0.5, 1, 3]) {
      const z = (gamma * gamma) / (4 * nbeta);
      const expected = 0.5 + z * (1 - besselK(1, z) / besselK(0, z));
      expect(llc(crossing(1, 1), nbeta, gamma)).toBeCloseTo(expected, 8);
    }
  });

  it.each([
    [
      [1, 1],
      ['0.338767777086', '0.381343704545', '0.40667668615', '0.434716452733'],
    ],
    [
      [1, 2],
      ['0.19763', '0.220150', '0.233138', '0.244657'],
    ],
    [
      [1, 3],
      ['0.134575', '0.147997', '0.156143', '0.163549'],
    ],
    [
      [2, 2],
      ['0.140484', '0.160372', '0.174933', '0.193926'],
    ],
    [
      [3, 3],
      ['0.083828', '0.095000', '0.104083', '0.117404'],
    ],
  ])('integrates the normal crossing with powers %j', (powers, expected) => {
    for (const [i, nbeta] of [1e2, 1e3, 1e4, 1e6].entries()) {
      expectDigits(llc(crossing(...powers), nbeta), expected[i]);
    }
  });

  it.each([
    [1, ['0.495050', '0.499500']],
    [2, ['0.238383', '0.246255']],
    [3, ['0.152868', '0.160113']],
  ])('integrates a single coordinate with power %i', (k, expected) => {
    for (const [i, nbeta] of [1e2, 1e3].entries()) {
      expectDigits(llc(crossing(k), nbeta), expected[i]);
    }
  });

  it('does not depend on the order of the factors, nor on units of w', () => {
    expect(llc(crossing(3, 1, 2), 500, 2)).toBeCloseTo(llc(crossing(1, 2, 3), 500, 2), 10);
    // w → cw: γ → γ/c² and nβ → nβ/c^(2·Σk).
    expect(llc(crossing(1, 2), 500, 2)).toBeCloseTo(llc(crossing(1, 2), 500 / 2 ** 3, 1), 10);
  });

  it.each([
    [
      [1, 2, 1],
      ['0.46186913', '0.48756431', '0.49602869'],
    ],
    [
      [2, 1, 2],
      ['0.79446416', '0.85820593', '0.89283195'],
    ],
    [
      [3, 1, 5],
      ['1.47280683', '1.49566368', '1.49939606'],
    ],
    [
      [2, 2, 2],
      ['1.3563260463', '1.4417623870', '1.4768707576'],
    ],
    [
      [4, 2, 2],
      ['1.9026001994', '1.9689504514', '1.9901632735'],
    ],
  ])('integrates the two-layer linear network %j', (widths, expected) => {
    for (const [i, kappa] of [1e2, 1e3, 1e4].entries()) {
      expectDigits(llc(dln(...widths), kappa), expected[i]);
      expectDigits(llc(dln(...widths.toReversed()), kappa), expected[i]);
      // κ = nβ/γ².
      expectDigits(llc(dln(...widths), kappa * 9, 3), expected[i]);
    }
  });

  it.each([
    [[1, 2, 1], 1e6, '0.49960124'],
    [[2, 1, 2], 1e6, '0.92822046'],
    [[2, 1, 2], 1e8, '0.94605272'],
    [[2, 2, 2], 1e6, '1.4966120808'],
    [[2, 2, 2], 1e8, '1.4995463692'],
  ])('integrates the two-layer linear network %j at κ=%f', (widths, kappa, expected) => {
    expectDigits(llc(dln(...widths), kappa), expected);
  });

  it.each([2, 3, 5, 8, 10])('has the small-κ expansion of a square network of width %i', (q) => {
    // E[κX/2 e^(−κX/2)]/E[e^(−κX/2)] with X = ‖W_2W_1‖², E X = q³, Var X = 2q³(2q+1) + 2q⁴.
    const kappa = 1e-6;
    const variance = 2 * q ** 3 * (2 * q + 1) + 2 * q ** 4;
    const expected = (kappa / 2) * (q ** 3 - (kappa / 2) * variance);
    expect(Math.abs((twoLayerExpectation([q, q, q], kappa) ?? 0) / expected - 1)).toBeLessThan(
      1e-8,
    );
  });

  it('agrees with itself when either layer is integrated out', () => {
    for (const [inputs, hidden, outputs] of [
      [4, 2, 2],
      [5, 3, 3],
      [2, 3, 7],
      [4, 6, 5],
    ] as const) {
      const first = gramExpectation([inputs, hidden], outputs, 1e3);
      const second = gramExpectation([hidden, outputs], inputs, 1e3);
      expect(Math.abs(first / second - 1)).toBeLessThan(1e-9);
    }
  });

  it('agrees with itself when a network is seen as a chain of chi-squares', () => {
    // One unit: the chain of chi-squares and the eigenvalue density are different computations.
    for (const [inputs, outputs] of [
      [1, 3],
      [4, 2],
      [7, 40],
    ] as const) {
      const chain = llc(dln(inputs, 1, 1, outputs), 1e3);
      const chained = llc(dln(1, inputs, 1, outputs), 1e3);
      expect(chain).toBeCloseTo(chained, 9);
    }
    expect(llc(dln(1, 1, 1), 300)).toBeCloseTo(llc(crossing(1, 1), 300), 9);
    expect(llc(dln(2, 1, 3), 300)).toBeCloseTo(llc(dln(2, 3, 1), 300), 9);
  });

  it.each([
    [1e2, '0.2422915'],
    [1e4, '0.3296267'],
    [1e6, '0.3755688'],
    [1e8, '0.402588'],
  ])('integrates three scalars at κ=%f', (kappa, expected) => {
    expectDigits(llc(dln(1, 1, 1, 1), kappa), expected);
    expectDigits(llc(dln(1, 1, 1, 1), 8 * kappa, 2), expected);
  });

  it('treats a single linear layer as the regular model it is, whatever its rank', () => {
    const problem: Problem = {
      kind: 'dln',
      widths: [3, 2],
      target: Float64Array.of(1, 0, 0, 0, 1, 0),
    };
    expect(exactValues(problem, { nbeta: 99, gamma: 1 })).toEqual({
      llc: expect.closeTo(3 * 0.99, 12),
      lambda: 3,
      multiplicity: 1,
    });
  });

  it.each([
    [10, '0.2841463'],
    [1e2, '0.3657107'],
    [1e3, '0.3995805'],
    [1e4, '0.4187299'],
    [1e5, '0.431575'],
  ])('integrates the tanh network of one unit at nβ=%f', (nbeta, expected) => {
    expectDigits(llc(tanh(1), nbeta), expected);
  });

  it('integrates the tanh network of two units', () => {
    expectDigits(llc(tanh(2), 1e5), '0.678');
    // Small nβ: E[nβL] = ½ nβ/γ · Σ_k E mean tanh²(b_k x), b ~ N(0, 1/γ).
    let mean = 0;
    let weights = 0;
    for (let b = -9; b <= 9; b += 0.01) {
      const weight = Math.exp((-b * b) / 2);
      weights += weight;
      for (const x of TANH_INPUTS) mean += (weight * Math.tanh(b * x) ** 2) / TANH_INPUTS.length;
    }
    expect(llc(tanh(2), 1e-7) / (1e-7 * (mean / weights))).toBeCloseTo(1, 6);
  });

  it('knows λ and its multiplicity where theory does', () => {
    const limit = (problem: Problem) => {
      const { lambda, multiplicity } = exactValues(problem, { nbeta: 1, gamma: 1 });
      return [lambda, multiplicity];
    };
    expect(limit(quadratic(1, 0, 3))).toEqual([1, 1]);
    expect(limit(power(1, 2, 2))).toEqual([1, 1]);
    expect(limit(crossing(2, 1, 2))).toEqual([0.25, 2]);
    expect(limit(dln(4, 3, 8))).toEqual([6, 1]);
    expect([1, 2, 3, 4].map((hidden) => limit(tanh(hidden)))).toEqual([
      [0.5, 2],
      [2 / 3, 1],
      [5 / 6, 1],
      [1, 2],
    ]);
  });

  it('says that it does not know rather than guess', () => {
    expect(llc(quadratic(1, 0), 10, 0)).toBeNaN();
    expect(llc(crossing(1, 1), 10, 0)).toBeNaN();
    expect(llc(dln(2, 2, 2), 10, 0)).toBeNaN();
    expect(llc(dln(3, 3, 3, 3), 10)).toBeNaN();
    expect(llc(dln(300, 1, 300, 300), 1e3)).toBeNaN();
    expect(llc(tanh(3), 10)).toBeNaN();
    expect(
      llc({ kind: 'dln', widths: [2, 2, 2], target: Float64Array.of(1, 0, 0, 0) }, 10),
    ).toBeNaN();
  });
});
