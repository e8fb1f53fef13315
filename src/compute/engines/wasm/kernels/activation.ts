import type { Activation } from '../../../settings.ts';
import type { Local, V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import type { Routine } from '../assembler/routine.ts';
import { bits } from '../assembler/words.ts';
import { hyperbolicTangent } from './hyperbolic.ts';

/** What an activation makes of a vector of pre-activations. */
interface Activated {
  readonly value: V128;
  /** Its derivative there. */
  readonly slope: V128;
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/** The activations of `targets/activation.ts`. */
export function activated(
  activation: Activation,
  f: Routine,
  lanes: Lanes,
  z: Local<'v128'>,
): Activated {
  const { add, sub, mul, madd } = lanes;
  const constant = (value: number) => f.constant(lanes.constant(value));
  const one = constant(1);
  switch (activation) {
    case 'identity':
      return { value: z, slope: one };
    case 'relu': {
      const zero = constant(0);
      return { value: lanes.max(z, zero), slope: bits.and(lanes.greater(z, zero), one) };
    }
    case 'tanh': {
      const t = hyperbolicTangent(f, lanes, z);
      return { value: t, slope: sub(one, mul(t, t)) };
    }
    case 'gelu': {
      const square = f.keep(mul(z, z));
      const cubic = constant(GELU_CUBIC * GELU_SCALE);
      const inner = mul(z, madd(square, cubic, constant(GELU_SCALE)));
      const t = hyperbolicTangent(f, lanes, inner);
      const half = constant(0.5);
      const upper = f.keep(mul(half, add(one, t)));
      const innerSlope = madd(square, constant(3 * GELU_CUBIC * GELU_SCALE), constant(GELU_SCALE));
      const bend = mul(mul(mul(half, z), sub(one, mul(t, t))), innerSlope);
      return { value: mul(z, upper), slope: add(upper, bend) };
    }
  }
}
