import type { V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import type { Routine } from '../assembler/routine.ts';

/** c0 + c1·x + c2·x² + … by Horner's rule. */
export function polynomial(
  f: Routine,
  lanes: Lanes,
  coefficients: readonly number[],
  x: V128,
): V128 {
  const constant = (value: number) => f.constant(lanes.constant(value));
  const [first, ...rest] = [...coefficients].reverse();
  return rest.reduce<V128>(
    (sum, coefficient) => lanes.madd(sum, x, constant(coefficient)),
    constant(first),
  );
}

/** `terms` numbers 1/from!, 1/(from+by)!, …, times alternating signs where asked. */
export function inverseFactorials(
  terms: number,
  { from, by, alternating }: { from: number; by: number; alternating: boolean },
): number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return Array.from(
    { length: terms },
    (_, k) => (alternating && k % 2 === 1 ? -1 : 1) / factorial(from + k * by),
  );
}
