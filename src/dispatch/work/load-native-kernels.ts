import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { NativeKernels } from '../../compute/engines/native/native-kernels.ts';
import type { WasmFeatures } from '../../compute/engines/wasm/features.ts';
import { type Trial, tryFeatures } from '../../compute/engines/wasm/trial.ts';
import type { Dtype } from '../../compute/settings.ts';

/** `npm run build:native` puts it beside the bundles. */
export const NATIVE_KERNELS_FILE = 'llc-kernels.node';

/** Instruction sets that the addon knows, the quickest first. */
const SETS = ['avx512', 'avx2'] as const;

/**
 * The native kernels beside a program; null where none were built, where they do not fit this machine or its
 * libraries, and where its processor has no vectors that they know.
 */
export function loadNativeKernels(program: URL): NativeKernels | null {
  if (program.protocol !== 'file:') return null;
  return nativeKernelSets(fileURLToPath(new URL(NATIVE_KERNELS_FILE, program)))[0] ?? null;
}

/** Those of every instruction set of this machine, the quickest first. */
export function nativeKernelSets(path: string): NativeKernels[] {
  if (!existsSync(path)) return [];
  const addon: { exports: Partial<Record<(typeof SETS)[number], NativeKernels>> } = { exports: {} };
  try {
    process.dlopen(addon, path, constants.dlopen.RTLD_LAZY);
  } catch {
    // Built for another system: the emitted kernels do the same.
    return [];
  }
  return SETS.flatMap((instructions) => {
    const set = addon.exports[instructions];
    return set === undefined ? [] : [{ ...set, instructions }];
  });
}

/** Roundings of a few steps on a small network, with much to spare. */
const ROUNDINGS = { float32: 2e-4, float64: 1e-11 };

/**
 * Whether native kernels give the emitted ones' numbers up to rounding. Their speed is not asked for: it would
 * be told by a clock, and the same job on the same machine shall give the same bytes.
 */
export async function nativeIsRight(
  kernels: NativeKernels,
  features: WasmFeatures,
  dtype: Dtype,
): Promise<boolean> {
  const clock = () => performance.now() / 1000;
  for (const activation of ['relu', 'tanh'] as const) {
    const usual = await tryFeatures(features, dtype, clock, { kernels: null, activation });
    const native = await tryFeatures(features, dtype, clock, { kernels, activation });
    if (!agree(usual, native, ROUNDINGS[dtype])) return false;
  }
  return true;
}

function agree(usual: Trial, other: Trial, tolerance: number): boolean {
  return usual.numbers.every((values, index) => {
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // What is not a number is near nothing.
    return values.every(
      (value, i) => Math.abs(value - other.numbers[index][i]) <= tolerance * size,
    );
  });
}
