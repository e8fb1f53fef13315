import { readFile } from 'node:fs/promises';
import type { ImageRecipe } from './control-plane/control-plane.ts';

/** Which Node runs workers there. */
const BASE = 'node:24-slim';

/**
 * What the image of a worker is made of. The same files give the same recipe, and Modal builds a recipe once.
 *
 * @param gpu - with what the driver offers for graphics besides computing
 */
export async function imageRecipe(
  files: { readonly worker: string; readonly sandbox: string },
  gpu: boolean,
): Promise<ImageRecipe> {
  const [worker, sandbox] = await Promise.all([readFile(files.worker), readFile(files.sandbox)]);
  return {
    commands: imageCommands(gpu),
    files: {
      // Node takes the others for modules at once.
      '/package.json': Buffer.from('{"type":"module"}\n'),
      '/worker.js': worker,
      '/sandbox.js': sandbox,
    },
    gpu,
  };
}

export function imageCommands(gpu: boolean): readonly string[] {
  return [
    `FROM ${BASE}`,
    // Without "graphics" a container sees no Vulkan, by which programs other than CUDA's reach the GPU.
    ...(gpu ? ['ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics'] : []),
    'COPY /package.json /app/package.json',
    'COPY /worker.js /app/worker.js',
    'COPY /sandbox.js /app/sandbox.js',
  ];
}

export const ENTRY = ['node', '/app/sandbox.js'];
