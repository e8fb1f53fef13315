import type { MlpProblem } from '../../targets/problem.ts';
import type { EngineOptions } from '../engine.ts';
import { type NativeKernels, withNativeKernels } from '../native/native-kernels.ts';
import type { Arena } from './arena.ts';
import { type Lanes, lanesOf } from './assembler/lanes.ts';
import { assemble } from './assembler/module.ts';
import type { WasmFeatures } from './features.ts';
import { batchRoutine, normalsRoutine } from './kernels/random.ts';
import { updateRoutines } from './kernels/updates.ts';
import { networkRoutines } from './network-kernels.ts';

/** Functions of numbers and addresses, by the names that the emitters give them. */
export type Kernels = Readonly<Record<string, (...args: number[]) => number>>;

export interface CompiledKernels {
  readonly kernels: Kernels;
  readonly lanes: Lanes;
  readonly features: WasmFeatures;
}

/**
 * All kernels of an engine, compiled for the number type, the dimension and the network's shape, if any; native
 * ones take the place of some where there are any.
 */
export function compileKernels(
  network: MlpProblem | null,
  dim: number,
  dtype: EngineOptions['dtype'],
  features: WasmFeatures,
  arena: Arena,
  native: NativeKernels | null,
): CompiledKernels {
  const lanes = lanesOf(dtype, features.fused);
  const bytes = assemble(
    {
      normals: normalsRoutine(lanes),
      batch: batchRoutine(),
      ...updateRoutines(lanes, dim),
      ...(network === null ? {} : networkRoutines(network, lanes, features)),
    },
    [{ name: 'log1p', parameters: ['f64'], result: 'f64' }],
    arena.team !== null,
  );
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory: arena.memory, log1p: Math.log1p },
  });
  const emitted = exports as Kernels;
  const kernels =
    native === null ? emitted : withNativeKernels(emitted, native, { network, lanes, arena });
  return { kernels, lanes, features };
}
