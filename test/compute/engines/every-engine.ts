import type { Engine, EngineOptions } from '../../../src/compute/engines/engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import { wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import { createWasmEngine } from '../../../src/compute/engines/wasm/wasm-engine.ts';

/** The engines of this runtime: what holds for one has to hold for each. */
export const ENGINES: readonly {
  readonly name: string;
  readonly createEngine: (options: EngineOptions) => Engine;
}[] = engines();

function engines() {
  const features = wasmFeatures();
  const plain = { name: 'plain', createEngine: createPlainEngine };
  if (features === null) return [plain];
  const createEngine = (options: EngineOptions) => createWasmEngine(options, features);
  return [plain, { name: 'wasm', createEngine }];
}
