import type { Local, V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import type { Routine } from '../assembler/routine.ts';
import { inverseFactorials, polynomial } from './polynomial.ts';

/** Beyond these tanh rounds to ±1. */
const SATURATED = { 4: 9.5, 8: 20 };

/** ln 2 in two parts: a multiple of the first by a small integer is exact. */
const LN2 = {
  4: { high: 0.693359375, low: -2.1219444005469057e-4 },
  8: { high: 0.6931471803691238, low: 1.9082149292705877e-10 },
};

/** Terms of exp's series after 1 and r that |r| ≤ ½ ln 2 needs. */
const TERMS = { 4: 6, 8: 12 };

/**
 * tanh x = m/(m + 2) with m = exp(2x) − 1, to a few roundings, near 0 too.
 *
 * exp(2x) = 2ⁿ·exp(r) with n the integer nearest to 2x/ln 2. The series gives exp(r) − 1, and
 * 2ⁿ·(exp(r) − 1) + (2ⁿ − 1) loses nothing where n is 0.
 */
export function hyperbolicTangent(f: Routine, lanes: Lanes, x: V128): Local<'v128'> {
  const { size, mantissa } = lanes;
  const constant = (value: number) => f.constant(lanes.constant(value));
  const limit = SATURATED[size];
  const bounded = lanes.max(lanes.min(x, constant(limit)), constant(-limit));
  const twice = f.keep(lanes.add(bounded, bounded));
  // So large a number has no place for fractions: what is added to it is rounded and lies in its last bits.
  const large = constant(1.5 * 2 ** mantissa);
  const rounded = f.keep(lanes.madd(twice, constant(1 / Math.LN2), large));
  const n = f.keep(lanes.sub(rounded, large));
  const { high, low } = LN2[size];
  const almost = lanes.madd(n, constant(-high), twice);
  const r = f.keep(lanes.madd(n, constant(-low), almost));
  const series = inverseFactorials(TERMS[size], { from: 2, by: 1, alternating: false });
  const part = f.keep(lanes.madd(lanes.mul(r, r), polynomial(f, lanes, series, r), r));
  const one = constant(1);
  const power = f.keep(lanes.addBits(lanes.shiftBitsLeft(rounded, mantissa), one));
  const m = f.keep(lanes.madd(power, part, lanes.sub(power, one)));
  return f.keep(lanes.div(m, lanes.add(m, constant(2))));
}
