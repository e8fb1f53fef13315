import {
  chooseEngine,
  createEngine,
  type EngineChoice,
} from '../../compute/engines/create-engine.ts';
import type { Engine, EngineOptions } from '../../compute/engines/engine.ts';
import { type NativeKernels, nativeName } from '../../compute/engines/native/native-kernels.ts';
import { createThreadedEngine, usableThreads } from '../../compute/engines/threaded.ts';
import { wasmFeatures } from '../../compute/engines/wasm/features.ts';
import { dataRows } from '../../compute/targets/problem.ts';
import type { GpuAdapter } from '../gpu/gpu-adapter.ts';
import { startEngineThreads } from './engine-threads.ts';
import { loadNativeKernels, nativeIsRight } from './load-native-kernels.ts';
import { allowFirstCompiler, quickestFeatures } from './quickest-features.ts';

/** An engine and what it needs to be ended. */
export interface JobEngine {
  readonly engine: Engine;
  /** How many threads it runs on, this one included. */
  readonly threads: number;
  /** The GPU that it computes on; null for the CPU. */
  readonly gpu: GpuAdapter | null;
  /** Never resolves; rejects when the engine is lost. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/**
 * Parameters times rows below which a gradient is so quick that sending it to a thread and starting the
 * thread cost more than they save.
 */
const WORTH_A_THREAD = 20_000;

/** Parameters times rows below which kernels do not repay a trial of some tenths of a second. */
const WORTH_A_TRIAL = 500_000;

/**
 * The engine of a job over the cores that it was given: chains on threads, or all in this one where there
 * is nothing to share out. The numbers are the same.
 *
 * @param threadEntry - the program of a thread (see `startEngineThreads`).
 */
export async function createJobEngine(
  options: EngineOptions,
  dim: number,
  cores: number,
  threadEntry: URL,
): Promise<JobEngine> {
  const size = dim * Math.max(1, dataRows(options.problem));
  const native = loadNativeKernels(threadEntry);
  const choice = await choiceFor(options, size, native);
  const count = usableThreads({ ...options, choice }, cores);
  if (count < 2 || size < WORTH_A_THREAD) {
    const { promise: failed } = Promise.withResolvers<never>();
    const engine = createEngine(options, choice, native);
    return { engine, threads: 1, gpu: null, failed, close: async () => allowFirstCompiler(true) };
  }
  const threads = startEngineThreads(count, threadEntry);
  const engine = createThreadedEngine({ ...options, choice, threads: threads.links });
  return {
    engine,
    threads: count,
    gpu: null,
    failed: threads.failed,
    close: async () => {
      allowFirstCompiler(true);
      await threads.close();
    },
  };
}

async function choiceFor(
  options: EngineOptions,
  size: number,
  native: NativeKernels | null,
): Promise<EngineChoice> {
  const usual = chooseEngine(options, wasmFeatures());
  if (usual.name === 'plain' || size < WORTH_A_TRIAL) return usual;
  allowFirstCompiler(false);
  const { dtype } = options;
  const features = await quickestFeatures(usual.features, dtype);
  const isRight = native !== null && (await nativeIsRight(native, features, dtype));
  return { name: isRight ? nativeName(native) : 'wasm', features };
}
