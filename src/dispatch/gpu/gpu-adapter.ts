import { z } from 'zod';

/** The GPU that WebGPU found, as people know it. */
export const gpuAdapterSchema = z.object({
  /** `NVIDIA H100 80GB HBM3`. */
  name: z.string().max(200),
  /** `nvidia`, `amd`, `mesa`, …; empty where nothing tells. */
  vendor: z.string().max(100),
  /** `vulkan`, `metal` or `d3d12`. */
  backend: z.string().max(20),
  /** The driver and its version, in its own words; empty where it says nothing. */
  driver: z.string().max(300),
  /** Whether it is a program on the CPU that does as a GPU would. */
  software: z.boolean(),
});

export type GpuAdapter = z.infer<typeof gpuAdapterSchema>;

/** Why no GPU can be used, as two sentences. */
export interface GpuRefusal {
  /** What is missing, and where it was looked for. */
  readonly missing: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** `NVIDIA H100 80GB HBM3 by vulkan (NVIDIA: 570.86.15)`. */
export function adapterText({ name, backend, driver, software }: GpuAdapter): string {
  const kind = software ? ', a program on the CPU' : '';
  return `${name} by ${backend}${driver === '' ? '' : ` (${driver})`}${kind}`;
}
