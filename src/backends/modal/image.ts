import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BINDING_VERSION, bindingFile, findBinding } from '../../dispatch/gpu/gpu-binding.ts';
import type { ImageRecipe } from './control-plane/control-plane.ts';
import { ModalTrouble } from './trouble.ts';

/** Which Node runs workers there. */
const BASE = 'node:24-slim';

/** Modal's machines. */
const PLATFORM = 'linux-x64';

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
    commands: imageCommands(gpu ? await gpuLibrary() : null),
    files: {
      // Node takes the others for modules at once.
      '/package.json': Buffer.from('{"type":"module"}\n'),
      '/worker.js': worker,
      '/sandbox.js': sandbox,
    },
    gpu,
  };
}

/** @param library - what a worker reaches a GPU by; null where none is asked for */
export function imageCommands(library: GpuLibrary | null): readonly string[] {
  return [
    `FROM ${BASE}`,
    ...(library === null ? [] : gpuCommands(library)),
    'COPY /package.json /app/package.json',
    'COPY /worker.js /app/worker.js',
    'COPY /sandbox.js /app/sandbox.js',
  ];
}

/** Before the worker, so that another worker builds little anew. */
function gpuCommands({ file, sha256 }: GpuLibrary): readonly string[] {
  const packed = `webgpu-${BINDING_VERSION}.tgz`;
  return [
    // Without "graphics" a container sees no Vulkan, by which programs other than CUDA's reach the GPU.
    'ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics',
    // The Vulkan loader, and what the Vulkan part of NVIDIA's driver loads.
    'RUN apt-get update && apt-get install -y --no-install-recommends libvulkan1 libx11-6 libxext6 && rm -rf /var/lib/apt/lists/*',
    // Too large to be sent along; it must be the very file that is installed here.
    `RUN mkdir -p /app && cd /tmp && npm pack webgpu@${BINDING_VERSION} && tar -xzf ${packed} package/dist/${PLATFORM}/dawn.node` +
      ` && mv package/dist/${PLATFORM}/dawn.node /app/${file} && rm -rf package ${packed}` +
      ` && echo '${sha256}  /app/${file}' | sha256sum -c`,
  ];
}

interface GpuLibrary {
  /** Its name, beside the worker. */
  readonly file: string;
  readonly sha256: string;
}

async function gpuLibrary(): Promise<GpuLibrary> {
  const path = findBinding(PLATFORM);
  if (path === null)
    throw new ModalTrouble(
      'config',
      `The library webgpu ${BINDING_VERSION} for ${PLATFORM} is missing here.`,
      'Run npm ci where llc lies, or use --gpu-mode off.',
    );
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { file: bindingFile(PLATFORM), sha256 };
}

export const ENTRY = ['node', '/app/sandbox.js'];
