import type { MlpProblem } from '../../../targets/problem.ts';
import type { F64, Local, V128 } from '../assembler/code.ts';
import { type Lanes, laneOfDoubles } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { call, f64 } from '../assembler/scalar.ts';
import { LINE, panelBytes, VECTOR, VECTORS } from './panels.ts';

/** Where `log1p` stands among the module's imports. */
const LOG1P = 0;

/**
 * The losses at the end of a network and their derivatives: (output, expected, valid, panels; weight)
 * returns the sum of the per-sample losses of `targets/mlp.ts`, in f64, and overwrites the output with
 * weight times their derivatives. `valid` holds a 1 for every row that counts and a 0 for those that only
 * fill a panel.
 */
export function residualsRoutine(
  lanes: Lanes,
  outputs: number,
  problem: Pick<MlpProblem, 'loss' | 'studentDf' | 'noiseScale'>,
): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32', 'f64'], 'f64');
  const [output, expected, valid, panels] = [0, 1, 2, 3].map((index) => f.parameter('i32', index));
  const weight = f.parameter('f64', 4);
  const loss =
    problem.loss === 'mse' ? squaredError(f, lanes, weight) : student(f, lanes, weight, problem);
  f.repeat(panels, () => {
    const o = f.keep(output);
    const e = f.keep(expected);
    f.repeat(outputs, () => {
      for (let part = 0; part < VECTORS; part++) {
        const at = part * VECTOR;
        const away = lanes.sub(lanes.load(o, at), lanes.load(e, at));
        const residual = f.keep(lanes.mul(away, lanes.load(valid, at)));
        f.do(lanes.store(o, at, loss.slope(residual)));
      }
      f.advance(o, LINE);
      f.advance(e, LINE);
    });
    f.advance(output, panelBytes(outputs));
    f.advance(expected, panelBytes(outputs));
    f.advance(valid, LINE);
  });
  f.return(loss.sum());
  return f;
}

interface Loss {
  /** Adds the losses of a vector of residuals to the sum; returns weight times their derivatives. */
  slope(residual: Local<'v128'>): V128;
  sum(): F64;
}

/** r² */
function squaredError(f: Routine, lanes: Lanes, weight: F64): Loss {
  const sums = [f.variable('v128'), f.variable('v128')];
  const twice = f.keep(lanes.splat(f64.add(weight, weight)));
  return {
    slope(residual) {
      lanes.doubles(residual).forEach((half, index) => {
        const r = f.keep(half);
        f.set(sums[index], lanes.pairs.madd(r, r, sums[index]));
      });
      return lanes.mul(twice, residual);
    },
    sum() {
      const total = f.keep(lanes.pairs.add(sums[0], sums[1]));
      return f64.add(laneOfDoubles(total, 0), laneOfDoubles(total, 1));
    },
  };
}

/** ½(ν+1)·log(1 + r²/(ν s²)) */
function student(
  f: Routine,
  lanes: Lanes,
  weight: F64,
  { studentDf, noiseScale }: Pick<MlpProblem, 'studentDf' | 'noiseScale'>,
): Loss {
  const width2 = studentDf * noiseScale * noiseScale;
  const logs = f.variable('f64');
  const factor = f.keep(lanes.splat(f64.mul(weight, f64.constant(studentDf + 1))));
  return {
    slope(residual) {
      for (const half of lanes.doubles(residual)) {
        for (const lane of [0, 1]) {
          const r = f.keep(laneOfDoubles(half, lane));
          const share = f64.mul(f64.mul(r, r), f64.constant(1 / width2));
          f.set(logs, f64.add(logs, call(LOG1P, share)));
        }
      }
      const width = lanes.madd(residual, residual, lanes.constant(width2));
      return lanes.div(lanes.mul(factor, residual), width);
    },
    sum: () => f64.mul(logs, f64.constant(0.5 * (studentDf + 1))),
  };
}
