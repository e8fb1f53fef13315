import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import {
  loadNativeKernels,
  NATIVE_KERNELS_FILE,
  nativeIsRight,
} from '../../../src/dispatch/work/load-native-kernels.ts';

const folder = mkdtempSync(join(tmpdir(), 'llc-native-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('kernels that were built for another system are left alone', () => {
  writeFileSync(join(folder, NATIVE_KERNELS_FILE), 'no library');
  expect(loadNativeKernels(pathToFileURL(join(folder, 'worker.js')))).toBeNull();
});

test('kernels that give other numbers than the emitted ones are refused', async () => {
  const features = wasmFeatures();
  if (features === null) throw new Error('this runtime has no vectors');
  const idle = () => {};
  const functions = { product: idle, weightGradient: idle, biasGradient: idle, normals: idle };
  const wrong = { instructions: 'avx2', float32: functions, float64: functions } as const;
  expect(await nativeIsRight(wrong, features, 'float32')).toBe(false);
});
