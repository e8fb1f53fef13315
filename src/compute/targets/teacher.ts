import { stream, uniform } from '../rng/stream.ts';
import type { TargetSettings } from '../settings.ts';
import { initialParameters } from './init.ts';
import { CHUNK_ROWS, MlpNetwork, type NetworkShape, UNIT_STEP } from './mlp-network.ts';
import { gatherRows } from './mlp-rows.ts';
import { hiddenWidths } from './widths.ts';

export type TeacherSettings = Pick<
  TargetSettings,
  | 'seed'
  | 'in_dim'
  | 'out_dim'
  | 'depth'
  | 'widths'
  | 'hidden'
  | 'target_params'
  | 'activation'
  | 'init'
  | 'teacher_depth'
  | 'teacher_widths'
  | 'teacher_activation'
  | 'teacher_dropout_rate'
>;

/**
 * What the teacher says to inputs (rows x in_dim, row-major): rows x out_dim outputs without noise. The
 * teacher is a random network without skips, layernorm or biases. Its hidden widths are `teacher_widths`,
 * else the student's, except where `teacher_depth` differs: then as many layers, sized by target_params or
 * hidden. Each output is replaced by 0 with probability `teacher_dropout_rate`.
 */
export function teacherOutputs(settings: TeacherSettings, x: Float64Array): Float64Array {
  const { seed, in_dim: inputs, out_dim: outputs } = settings;
  const shape = teacherShape(settings);
  const parameters = initialParameters({ ...shape, init: settings.init, seed }, 'teacher');
  const network = new MlpNetwork(shape);
  const rows = x.length / inputs;
  const y = new Float64Array(rows * outputs);
  const dropout = stream(seed, 'teacher_dropout');
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - from);
    gatherRows(x, inputs, null, from, count, network.input);
    network.forward(parameters, count, false);
    for (let r = 0; r < count; r++) {
      for (let o = 0; o < outputs; o++) {
        const i = (from + r) * outputs + o;
        const dropped = uniform(dropout, i) < settings.teacher_dropout_rate;
        y[i] = dropped ? 0 : network.output[o * UNIT_STEP + r];
      }
    }
  }
  return y;
}

/** The teacher's network, inputs and outputs included. */
export function teacherShape(settings: TeacherSettings): NetworkShape {
  const depth = settings.teacher_depth ?? settings.depth;
  const widths = depth === settings.depth ? settings.widths : null;
  const hidden = hiddenWidths({ ...settings, depth, widths: settings.teacher_widths ?? widths });
  return {
    widths: [settings.in_dim, ...hidden, settings.out_dim],
    activation: settings.teacher_activation ?? settings.activation,
    bias: false,
    residualPeriod: 0,
    layernorm: false,
  };
}
