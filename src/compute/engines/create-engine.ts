import { mlpLayout } from '../targets/mlp-layout.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { type NativeKernels, type NativeName, nativeName } from './native/native-kernels.ts';
import { createPlainEngine } from './plain.ts';
import type { WasmFeatures } from './wasm/features.ts';
import { networkOf } from './wasm/network-shape.ts';
import { createWasmEngine } from './wasm/wasm-engine.ts';

/** Which engine a job runs on; all of its threads run on the same. */
export type EngineChoice =
  | { readonly name: 'plain' }
  | { readonly name: 'wasm' | NativeName; readonly features: WasmFeatures };

/** Vectors of a sampler with its metric, its moments and the draws that wait to be read. */
const VECTORS = 48;

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
  const { widths, bias, rows } = network;
  const size = dtype === 'float32' ? 4 : 8;
  // Data lie there row after row and in panels, which have a line to spare.
  const data = 2 * rows * (widths[0] + widths[widths.length - 1] + 2);
  const numbers = data + VECTORS * chains * mlpLayout(widths, bias).dim;
  return numbers * size > MOST_BYTES ? { name: 'plain' } : { name: 'wasm', features };
}

/** @param native the addon, where there is one; a choice that names it needs it. */
export function createEngine(
  options: EngineOptions,
  choice: EngineChoice,
  native: NativeKernels | null = null,
): Engine {
  if (choice.name === 'plain') return createPlainEngine(options);
  if (choice.name === 'wasm') return createWasmEngine(options, choice.features);
  if (native === null || nativeName(native) !== choice.name)
    throw new Error(`this thread has no kernels for ${choice.name}`);
  return createWasmEngine(options, choice.features, native);
}
