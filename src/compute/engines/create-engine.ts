import { mlpLayout } from '../targets/mlp-layout.ts';
import type { MlpProblem } from '../targets/problem.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { type NativeKernels, type NativeName, nativeName } from './native/native-kernels.ts';
import { networkOf } from './network-shape.ts';
import { createPlainEngine } from './plain.ts';
import { createTeamMemory, type Team, type TeamMemory } from './team.ts';
import type { WasmFeatures } from './wasm/features.ts';
import { partsOf } from './wasm/network.ts';
import { createWasmEngine } from './wasm/wasm-engine.ts';

/** Which engine a job runs on; all of its threads run on the same. */
export type EngineChoice =
  | { readonly name: 'plain' }
  | { readonly name: 'wasm' | NativeName; readonly features: WasmFeatures };

/** Vectors of a sampler with its metric, its moments, the draws that wait to be read and a batch's parts. */
const VECTORS = 60;

/** Buffers of a thread, for a chunk of rows and what kernels copy. */
const SCRATCH_BYTES = 2 ** 22;

/** What a module's memory can hold, with some to spare. */
const MOST_BYTES = 3 * 2 ** 30;

/**
 * WebAssembly for networks that fit its memory, where the runtime has it; else the plain engine: other losses
 * take next to no time.
 *
 * @param features null where the runtime has no WebAssembly with vectors, or none is wanted.
 */
export function chooseEngine(
  { problem, chains, dtype }: Omit<EngineOptions, 'posterior'>,
  features: WasmFeatures | null,
): EngineChoice {
  const network = networkOf(problem);
  if (network === null || features === null) return { name: 'plain' };
  return bytesFor(network, chains, dtype) > MOST_BYTES
    ? { name: 'plain' }
    : { name: 'wasm', features };
}

/** A memory for threads that share out batches; null where batches are too small to be shared out. */
export function teamMemoryFor(
  { problem, chains, dtype }: Omit<EngineOptions, 'posterior'>,
  choice: EngineChoice,
  threads: number,
): TeamMemory | null {
  const network = networkOf(problem);
  if (network === null || !isDivisible({ problem }, choice)) return null;
  return createTeamMemory(threads, bytesFor(network, chains, dtype) + threads * SCRATCH_BYTES);
}

/** Whether a gradient over all data is computed in several parts, which threads can share out. */
export function isDivisible(
  { problem }: Pick<EngineOptions, 'problem'>,
  choice: EngineChoice,
): boolean {
  const network = networkOf(problem);
  if (choice.name === 'plain' || network === null) return false;
  return partsOf(network.rows, mlpLayout(network.widths, network.bias).dim) > 1;
}

function bytesFor(
  { widths, bias, rows }: MlpProblem,
  chains: number,
  dtype: EngineOptions['dtype'],
): number {
  // Data lie there row after row and in panels, which have a line to spare.
  const data = 2 * rows * (widths[0] + widths[widths.length - 1] + 2);
  const numbers = data + VECTORS * chains * mlpLayout(widths, bias).dim;
  return numbers * (dtype === 'float32' ? 4 : 8);
}

/**
 * @param native the addon, where there is one; a choice that names it needs it.
 * @param team the threads that share out its batches, where `teamMemoryFor` made them a memory.
 */
export function createEngine(
  options: EngineOptions,
  choice: EngineChoice,
  native: NativeKernels | null = null,
  team: Team | null = null,
): Engine {
  if (choice.name === 'plain') return createPlainEngine(options);
  if (choice.name === 'wasm') return createWasmEngine(options, choice.features, null, team);
  if (native === null || nativeName(native) !== choice.name)
    throw new Error(`this thread has no kernels for ${choice.name}`);
  return createWasmEngine(options, choice.features, native, team);
}
