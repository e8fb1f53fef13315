import { z } from 'zod';
import { harmlessText } from '../job/harmless-text.ts';
import {
  type GpuAdapter,
  type GpuRefusal,
  gpuAdapterSchema,
  gpuRefusalSchema,
} from './gpu-adapter.ts';
import { lookForGpu, NoGpu } from './open-gpu.ts';

/** What a worker says of the GPU of the machine that it runs on. */
export type GpuReport =
  | { readonly adapter: GpuAdapter; readonly refusal: null }
  | { readonly adapter: null; readonly refusal: GpuRefusal };

/** The argument by which a worker is asked, in the place of an attempt's folder. */
export const GPU_QUESTION = '--gpu';

const shape = z.union([
  z.object({ adapter: gpuAdapterSchema, refusal: z.null() }),
  z.object({ adapter: z.null(), refusal: gpuRefusalSchema }),
]);

/** Looks for the GPU that a job here would compute on. */
export async function reportGpu(): Promise<GpuReport> {
  try {
    return { adapter: await lookForGpu(), refusal: null };
  } catch (error) {
    if (!(error instanceof NoGpu)) throw error;
    return { adapter: null, refusal: error.refusal };
  }
}

/** How a worker that was asked has ended. */
export interface AskedWorker {
  readonly stdout: string;
  readonly stderr: string;
  /** `exit code 1`, `SIGSEGV`, `no answer in 60 s`. */
  readonly end: string;
}

/** The report of a worker; where it made none, a refusal with what became of it. Drivers may print and crash. */
export function readGpuReport({ stdout, stderr, end }: AskedWorker): GpuReport {
  const line = stdout.split('\n').findLast((one) => one.startsWith('{'));
  try {
    return shape.parse(JSON.parse(line ?? ''));
  } catch {
    const said = harmlessText(stderr.trim().split('\n').at(-1) ?? '', 300);
    return {
      adapter: null,
      refusal: {
        missing: `the look for a GPU ended with ${end}${said === '' ? '' : `: ${said}`}`,
        remedy: 'Look with vulkaninfo --summary whether its driver works, or use --gpu-mode off.',
      },
    };
  }
}
