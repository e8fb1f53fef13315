import type { Activation } from '../../../settings.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { activated } from './activation.ts';
import { LINE, VECTOR } from './panels.ts';

/** results ← act(z), slopes ← act′(z) where kept, over `lines` cache lines: (z, results, slopes, lines). */
export function activateLinesRoutine(
  lanes: Lanes,
  activation: Activation,
  keepSlopes: boolean,
): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32']);
  const [from, results, slopes, lines] = [0, 1, 2, 3].map((index) => f.parameter('i32', index));
  f.repeat(lines, () => {
    for (let at = 0; at < LINE; at += VECTOR) {
      const z = f.keep(lanes.load(from, at));
      const { value, slope } = activated(activation, f, lanes, z);
      f.do(lanes.store(results, at, value));
      if (keepSlopes) f.do(lanes.store(slopes, at, slope));
    }
    f.advance(from, LINE);
    f.advance(results, LINE);
    f.advance(slopes, LINE);
  });
  return f;
}

/** a ← a⊙b over `lines` cache lines: (a, b, lines). */
export function multiplyLinesRoutine(lanes: Lanes): Routine {
  const f = new Routine(['i32', 'i32', 'i32']);
  const [a, b, lines] = [0, 1, 2].map((index) => f.parameter('i32', index));
  f.repeat(lines, () => {
    for (let at = 0; at < LINE; at += VECTOR) {
      f.do(lanes.store(a, at, lanes.mul(lanes.load(a, at), lanes.load(b, at))));
    }
    f.advance(a, LINE);
    f.advance(b, LINE);
  });
  return f;
}
