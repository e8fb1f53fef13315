import { lanesOf } from './assembler/lanes.ts';
import { assemble } from './assembler/module.ts';
import { Routine } from './assembler/routine.ts';

/** What a runtime's WebAssembly can do, and how kernels are cut to it. */
export interface WasmFeatures {
  /** A multiply-add that rounds once. */
  readonly fused: boolean;
  /** Whether the compiler makes one 256-bit instruction of two neighbouring vectors'. */
  readonly paired: boolean;
}

/** The features of this runtime; null where it has no vectors at all. */
export function wasmFeatures(paired = false): WasmFeatures | null {
  if (typeof WebAssembly === 'undefined') return null;
  for (const fused of [true, false]) {
    if (WebAssembly.validate(multiplyAdd(fused))) return { fused, paired };
  }
  return null;
}

function multiplyAdd(fused: boolean): Uint8Array<ArrayBuffer> {
  const lanes = lanesOf('float32', fused);
  const f = new Routine(['i32']);
  const at = f.parameter('i32', 0);
  const value = lanes.load(at);
  f.do(lanes.store(at, 0, lanes.madd(value, value, value)));
  return assemble({ multiplyAdd: f });
}
