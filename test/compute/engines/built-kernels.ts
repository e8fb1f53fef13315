import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { NativeKernels } from '../../../src/compute/engines/native/native-kernels.ts';
import {
  NATIVE_KERNELS_FILE,
  nativeKernelSets,
} from '../../../src/dispatch/work/load-native-kernels.ts';

/** The native kernels by their instruction set, built anew; none where there is no compiler for them. */
export async function builtKernels(): Promise<Map<string, NativeKernels>> {
  const folder = mkdtempSync(join(tmpdir(), 'llc-kernels-test-'));
  try {
    const script = resolve('scripts/build-native.ts');
    await execa(process.execPath, [script, folder], { reject: false });
    const sets = nativeKernelSets(join(folder, NATIVE_KERNELS_FILE));
    return new Map(sets.map((kernels) => [kernels.instructions, kernels]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
