import type { Engine, EngineOptions } from '../../compute/engines/engine.ts';
import { createGpuEngine, type GpuMode } from '../../compute/engines/gpu/gpu-engine.ts';
import { keepsRoundings } from '../../compute/engines/gpu/trial.ts';
import type { OpenGpu } from '../gpu/open-gpu.ts';
import { type GpuTaker, takeGpu } from '../gpu/take-gpu.ts';
import type { JobEngine } from './job-engine.ts';
import { JobFailure } from './job-failure.ts';

/**
 * The engine of a job on the GPU, once it is its turn.
 *
 * @throws NoGpu; JobFailure where the GPU cannot compute the problem.
 */
export async function createGpuJobEngine(
  options: EngineOptions,
  mode: GpuMode,
  taker: GpuTaker,
): Promise<JobEngine> {
  const gpu = await takeGpu(taker);
  try {
    const engine = await engineOn(gpu, options, mode);
    const { adapter, failed, close } = gpu;
    return { engine, threads: 1, gpu: adapter, failed, close };
  } catch (error) {
    await gpu.close();
    throw error;
  }
}

async function engineOn(
  { device, adapter, failed }: OpenGpu,
  options: EngineOptions,
  mode: GpuMode,
): Promise<Engine> {
  // A device that reports an error never answers.
  if (!(await Promise.race([keepsRoundings(device), failed])))
    throw new JobFailure(
      'config',
      `${adapter.name} (${adapter.driver}) rearranges sums, so that losses would be too coarse; use --gpu-mode off`,
    );
  try {
    return createGpuEngine(options, device, mode);
  } catch (error) {
    if (error instanceof RangeError)
      throw new JobFailure('config', `${adapter.name}: ${error.message}`, { cause: error });
    throw error;
  }
}
