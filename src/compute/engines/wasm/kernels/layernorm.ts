import type { Local } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { bits } from '../assembler/words.ts';
import { LINE, panelBytes, VECTOR, VECTORS } from './panels.ts';

/** Added to the standard deviation (`targets/mlp-network.ts`). */
const EPSILON = 1e-6;

/** Bytes that a panel's deviations and their inverses take. */
export const STATISTICS_BYTES = 2 * LINE;

/**
 * z ← (z − mean)/(std + ε) over the units of each row: (z, statistics, panels). Keeps each row's std and
 * 1/(std + ε), a line of each a panel.
 */
export function layernormRoutine(lanes: Lanes, units: number): Routine {
  const f = new Routine(['i32', 'i32', 'i32']);
  const [z, statistics, panels] = [0, 1, 2].map((index) => f.parameter('i32', index));
  const mean = line(f);
  const variance = line(f);
  const share = lanes.constant(1 / units);
  f.repeat(panels, () => {
    for (const sum of [...mean, ...variance]) f.set(sum, lanes.constant(0));
    const walk = (visit: (at: Local<'i32'>, part: number) => void) => overUnits(f, z, units, visit);
    walk((at, part) => f.set(mean[part], lanes.add(mean[part], lanes.load(at, part * VECTOR))));
    for (const sum of mean) f.set(sum, lanes.mul(sum, share));
    walk((at, part) => {
      const centred = f.keep(lanes.sub(lanes.load(at, part * VECTOR), mean[part]));
      f.set(variance[part], lanes.madd(centred, centred, variance[part]));
    });
    const inverse = line(f);
    variance.forEach((sum, part) => {
      const deviation = f.keep(lanes.sqrt(lanes.mul(sum, share)));
      f.set(
        inverse[part],
        lanes.div(lanes.constant(1), lanes.add(deviation, lanes.constant(EPSILON))),
      );
      f.do(
        lanes.store(statistics, part * VECTOR, deviation),
        lanes.store(statistics, LINE + part * VECTOR, inverse[part]),
      );
    });
    walk((at, part) => {
      const centred = lanes.sub(lanes.load(at, part * VECTOR), mean[part]);
      f.do(lanes.store(at, part * VECTOR, lanes.mul(centred, inverse[part])));
    });
    f.advance(z, panelBytes(units));
    f.advance(statistics, STATISTICS_BYTES);
  });
  return f;
}

/**
 * delta ← the gradient before layernorm from that after it: (delta, normalised, statistics, panels). With
 * s = std + ε: (g_j − mean g)/s − y_j·mean(g y)/std, the last term 0 where std is.
 */
export function layernormBackRoutine(lanes: Lanes, units: number): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32']);
  const [delta, normalised, statistics, panels] = [0, 1, 2, 3].map((index) =>
    f.parameter('i32', index),
  );
  const mean = line(f);
  const overlap = line(f);
  const share = lanes.constant(1 / units);
  f.repeat(panels, () => {
    for (const sum of [...mean, ...overlap]) f.set(sum, lanes.constant(0));
    const y = f.variable('i32');
    const walk = (visit: (at: Local<'i32'>, part: number) => void) => {
      f.set(y, normalised);
      overUnits(f, delta, units, visit, y);
    };
    walk((at, part) => {
      const g = f.keep(lanes.load(at, part * VECTOR));
      f.set(mean[part], lanes.add(mean[part], g));
      f.set(overlap[part], lanes.madd(g, lanes.load(y, part * VECTOR), overlap[part]));
    });
    const inverse = line(f);
    mean.forEach((sum, part) => {
      const deviation = f.keep(lanes.load(statistics, part * VECTOR));
      const positive = lanes.greater(deviation, lanes.constant(0));
      f.set(inverse[part], lanes.load(statistics, LINE + part * VECTOR));
      f.set(sum, lanes.mul(sum, share));
      const ratio = lanes.div(lanes.mul(overlap[part], share), deviation);
      f.set(overlap[part], bits.and(ratio, positive));
    });
    walk((at, part) => {
      const centred = lanes.sub(lanes.load(at, part * VECTOR), mean[part]);
      const bend = lanes.mul(lanes.load(y, part * VECTOR), overlap[part]);
      f.do(lanes.store(at, part * VECTOR, lanes.sub(lanes.mul(centred, inverse[part]), bend)));
    });
    f.advance(delta, panelBytes(units));
    f.advance(normalised, panelBytes(units));
    f.advance(statistics, STATISTICS_BYTES);
  });
  return f;
}

/** A variable for each vector of a line. */
function line(f: Routine): Local<'v128'>[] {
  return Array.from({ length: VECTORS }, () => f.variable('v128'));
}

/** Visits every vector of a panel, unit after unit; `beside` walks with it. */
function overUnits(
  f: Routine,
  panel: Local<'i32'>,
  units: number,
  visit: (at: Local<'i32'>, part: number) => void,
  beside?: Local<'i32'>,
): void {
  const at = f.keep(panel);
  f.repeat(units, () => {
    for (let part = 0; part < VECTORS; part++) visit(at, part);
    f.advance(at, LINE);
    if (beside !== undefined) f.advance(beside, LINE);
  });
}
