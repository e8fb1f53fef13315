import { z } from 'zod';
import { harmlessText } from '../job/harmless-text.ts';

/** What drivers and other machines say is drawn on terminals. */
const words = (limit: number) => z.string().transform((text) => harmlessText(text, limit));

/** The GPU that WebGPU found, as people know it. */
export const gpuAdapterSchema = z.object({
  /** `NVIDIA H100 80GB HBM3`. */
  name: words(200),
  /** `nvidia`, `amd`, `mesa`, …; empty where nothing tells. */
  vendor: words(100),
  /** `vulkan`, `metal` or `d3d12`. */
  backend: words(20),
  /** The driver and its version, in its own words; empty where it says nothing. */
  driver: words(300),
  /** Whether it is a program on the CPU that does as a GPU would. */
  software: z.boolean(),
});

export type GpuAdapter = z.infer<typeof gpuAdapterSchema>;

/** Why no GPU can be used, as two sentences. */
export const gpuRefusalSchema = z.object({
  /** What is missing, and where it was looked for. */
  missing: words(1500),
  /** What to do about it. */
  remedy: words(500),
});

export type GpuRefusal = z.infer<typeof gpuRefusalSchema>;

/** `NVIDIA H100 80GB HBM3 by vulkan (NVIDIA: 570.86.15)`. */
export function adapterText({ name, backend, driver, software }: GpuAdapter): string {
  const kind = software ? ', a program on the CPU' : '';
  return `${name} by ${backend}${driver === '' ? '' : ` (${driver})`}${kind}`;
}

/** The name alone of what `adapterText` says; the whole where it says it in another way. */
export function adapterName(text: string): string {
  return /^(.+?) by (?:vulkan|metal|d3d12)\b/.exec(text)?.[1] ?? text;
}
