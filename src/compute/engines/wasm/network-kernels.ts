import { mlpLayout } from '../../targets/mlp-layout.ts';
import type { MlpProblem } from '../../targets/problem.ts';
import { isDirect, skippedUnits } from '../network-shape.ts';
import type { Lanes } from './assembler/lanes.ts';
import type { Routine } from './assembler/routine.ts';
import type { WasmFeatures } from './features.ts';
import { activated } from './kernels/activation.ts';
import { layernormBackRoutine, layernormRoutine } from './kernels/layernorm.ts';
import { activateLinesRoutine, multiplyLinesRoutine } from './kernels/lines.ts';
import { productRoutine, type Tile } from './kernels/product.ts';
import { residualsRoutine } from './kernels/residuals.ts';
import { addUnitsRoutine, gatherRoutine } from './kernels/rows.ts';
import {
  biasGradientRoutine,
  type GradientTile,
  weightGradientRoutine,
} from './kernels/weight-gradient.ts';

/**
 * Sixteen registers hold a tile's sums and what is multiplied; in pairs twice as much. The numbers do not
 * depend on it.
 */
export function tilesFor({ paired }: WasmFeatures): { product: Tile; gradient: GradientTile } {
  return {
    product: { units: 6, vectors: paired ? 4 : 2 },
    gradient: { outputs: 2, inputs: 6, vectors: paired ? 2 : 1 },
  };
}

/**
 * The kernels of one network, each specialised to a layer's shape; `network.ts` says in which order they
 * run. Layer l has `forward<l>` (with what a backward pass needs), `forwardOnly<l>`, `weights<l>`, `bias<l>`
 * and, from the second layer on, `inputs<l>`.
 */
export function networkRoutines(
  problem: MlpProblem,
  lanes: Lanes,
  features: WasmFeatures,
): Record<string, Routine> {
  const { widths, activation, bias, layernorm } = problem;
  const { layers } = mlpLayout(widths, bias);
  const last = layers.length - 1;
  const { product, gradient } = tilesFor(features);
  const direct = isDirect(problem);
  const routines: Record<string, Routine> = {
    gatherInputs: gatherRoutine(lanes, widths[0]),
    gatherOutputs: gatherRoutine(lanes, widths[last + 1]),
    residuals: residualsRoutine(lanes, widths[last + 1], problem),
    multiplyLines: multiplyLinesRoutine(lanes),
    activate: activateLinesRoutine(lanes, activation, true),
    activateOnly: activateLinesRoutine(lanes, activation, false),
  };

  layers.forEach(({ inputs, outputs }, l) => {
    const shape = {
      units: outputs,
      inner: inputs,
      unitStep: inputs,
      innerStep: 1,
      offsets: bias,
    };
    if (l === last || layernorm) {
      routines[`forward${l}`] = productRoutine(lanes, product, shape, 1, (_, sum) => [sum]);
      routines[`forwardOnly${l}`] = routines[`forward${l}`];
    } else {
      routines[`forward${l}`] = productRoutine(lanes, product, shape, 2, (f, sum) => {
        const { value, slope } = activated(activation, f, lanes, sum);
        return [value, slope];
      });
      routines[`forwardOnly${l}`] = productRoutine(lanes, product, shape, 1, (f, sum) => [
        activated(activation, f, lanes, sum).value,
      ]);
    }
    if (l < last && layernorm) {
      routines[`layernorm${l}`] = layernormRoutine(lanes, outputs);
      routines[`layernormBack${l}`] = layernormBackRoutine(lanes, outputs);
    }
    const skipped = skippedUnits(problem, l);
    if (skipped > 0) {
      routines[`skip${l}`] = addUnitsRoutine(lanes, skipped, { from: inputs, into: outputs });
      routines[`skipBack${l}`] = addUnitsRoutine(lanes, skipped, { from: outputs, into: inputs });
    }
    routines[`weights${l}`] = weightGradientRoutine(lanes, gradient, { outputs, inputs });
    if (bias) routines[`bias${l}`] = biasGradientRoutine(lanes, outputs);
    if (l === 0) return;
    const transposed = {
      units: inputs,
      inner: outputs,
      unitStep: 1,
      innerStep: inputs,
      offsets: false,
    };
    // Where nothing lies between, the slopes become the derivatives in place.
    routines[`inputs${l}`] = productRoutine(lanes, product, transposed, 1, (_, sum, before) => [
      direct ? lanes.mul(sum, before()) : sum,
    ]);
  });
  return routines;
}
