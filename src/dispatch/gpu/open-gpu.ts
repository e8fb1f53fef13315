import { hostname } from 'node:os';
import { JobFailure } from '../work/job-failure.ts';
import type { GpuAdapter, GpuRefusal } from './gpu-adapter.ts';
import {
  BINDING_VERSION,
  bindingPlatform,
  findBinding,
  type GpuBinding,
  loadBinding,
} from './gpu-binding.ts';
import { lookForDrivers } from './graphics-drivers.ts';
import { refusalFor } from './refusal-for.ts';

/** A GPU that is ready to compute. */
export interface OpenGpu {
  readonly device: GPUDevice;
  readonly adapter: GpuAdapter;
  /** How many GPUs this process sees; they are not told apart but by their names. */
  readonly visible: number;
  /** Never resolves; rejects when the device is lost or reports an error that nothing else catches. */
  readonly failed: Promise<never>;
  /** Gives the device back; nothing of it may be used afterwards. */
  close(): Promise<void>;
}

/** No GPU can be used here. */
export class NoGpu extends JobFailure {
  readonly refusal: GpuRefusal;

  constructor(refusal: GpuRefusal, options?: ErrorOptions) {
    const { missing, remedy } = refusal;
    super('config', `${hostname()} has no GPU that can be used: ${missing}. ${remedy}`, options);
    this.name = 'NoGpu';
    this.refusal = refusal;
  }
}

/** An adapter that was taken, not yet opened. */
interface Taken {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly shown: GpuAdapter;
  readonly visible: number;
}

/** Lets programs on the CPU pass for a GPU: for tests, since they are far slower than the CPU engines. */
const ALLOW_SOFTWARE = 'LLC_GPU_SOFTWARE';

/** All that kernels may need more of than every WebGPU promises. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxUniformBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxBindingsPerBindGroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** Asked for where the adapter has them. */
const FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/** Programs on the CPU, by the names of their adapters. */
const PROGRAMS = /llvmpipe|swiftshader/i;

/** Native objects: to collect one that the library still uses ends the process. */
const held: unknown[] = [];

/**
 * Opens the fastest GPU with all that it offers, and makes WebGPU's constants global.
 *
 * @param environment Default: this process's own; the drivers read that one whatever is given.
 * @throws NoGpu, saying what is missing and how to mend it.
 */
export async function openGpu(environment: NodeJS.ProcessEnv = process.env): Promise<OpenGpu> {
  const { gpu, adapter, shown, visible } = await takeAdapter(environment);
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  } catch (error) {
    throw new NoGpu(
      {
        missing: `${shown.name} gives no device: ${(error as Error).message}`,
        remedy: 'Look whether other programs hold its memory, or restart its driver.',
      },
      { cause: error },
    );
  }
  held.push(gpu, adapter, device);
  return {
    device,
    adapter: shown,
    visible,
    failed: failureOf(device, shown),
    close: async () => {
      device.destroy();
      await device.lost;
    },
  };
}

/** The adapter that `openGpu` would open. Throws `NoGpu` as it does. */
export async function lookForGpu(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<GpuAdapter> {
  return (await takeAdapter(environment)).shown;
}

async function takeAdapter(environment: NodeJS.ProcessEnv): Promise<Taken> {
  const { create, globals } = bindingOfHere();
  // Read by kernels, which import nothing.
  Object.assign(globalThis, globals);
  const backend = backendOf(process.platform);
  const names = await adapterNames(create, backend);
  const found: Taken[] = [];
  // The first is the library's own choice; one that passes over a virtual GPU for a program is asked again by name.
  for (const name of [null, ...names]) {
    const gpu = create([`backend=${backend}`, ...(name === null ? [] : [`adapter=${name}`])]);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) continue;
    const shown = shownAs(adapter.info, names, backend);
    const taken = {
      gpu,
      adapter,
      shown,
      visible: names.filter((one) => !PROGRAMS.test(one)).length,
    };
    if (!taken.shown.software) return taken;
    found.push(taken);
  }
  const [software] = found;
  if (software !== undefined && environment[ALLOW_SOFTWARE] === '1') return software;
  const drivers = backend === 'vulkan' ? lookForDrivers(environment) : null;
  throw new NoGpu(refusalFor(drivers, software?.shown ?? null));
}

function bindingOfHere(): GpuBinding {
  const platform = bindingPlatform();
  const path = platform === null ? null : findBinding(platform);
  if (path === null)
    throw new NoGpu({
      missing: `the library webgpu ${BINDING_VERSION} for ${process.platform}-${process.arch} is not there`,
      remedy:
        platform === null
          ? 'Use --gpu-mode off.'
          : 'Run npm ci where llc lies, or use --gpu-mode off.',
    });
  try {
    return loadBinding(path);
  } catch (error) {
    throw new NoGpu(
      {
        missing: `the library ${path} cannot be loaded: ${(error as Error).message}`,
        remedy:
          'It needs glibc 2.34 and libstdc++ of GCC 12 or newer (module load gcc/12 may bring the latter), or use --gpu-mode off.',
      },
      { cause: error },
    );
  }
}

function backendOf(platform: string): string {
  if (platform === 'darwin') return 'metal';
  return platform === 'win32' ? 'd3d12' : 'vulkan';
}

/** The names of all adapters, which the library tells only who asks for one that it has not. */
async function adapterNames(
  create: GpuBinding['create'],
  backend: string,
): Promise<readonly string[]> {
  try {
    await create([`backend=${backend}`, 'adapter=no adapter has this name']).requestAdapter();
    return [];
  } catch (error) {
    const { message } = error as Error;
    return [...message.matchAll(/backend: '([^']*)', name: '([^']*)'/g)]
      .filter(([, of]) => of === backend)
      .map(([, , name = '']) => name);
  }
}

function shownAs(info: GPUAdapterInfo, names: readonly string[], backend: string): GpuAdapter {
  // The library tells it in small letters, all else made dashes.
  const name = names.find(
    (one) => one.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') === info.device,
  );
  return {
    name: name ?? (info.device || info.description || 'a GPU without a name'),
    vendor: info.vendor,
    backend,
    driver: info.description,
    software: info.isFallbackAdapter,
  };
}

function failureOf(device: GPUDevice, { name }: GpuAdapter): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Whoever waits for a result is told; nobody has to.
  promise.catch(() => {});
  device.addEventListener('uncapturederror', ({ error }) => {
    const isFull = error.constructor.name === 'GPUOutOfMemoryError';
    reject(
      isFull
        ? new JobFailure(
            'oom',
            `${name} has no memory left (--gpu-mode sequential takes less): ${error.message}`,
          )
        : new JobFailure('internal', `${name} says: ${error.message}`),
    );
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') reject(new JobFailure('crash', `${name} was lost: ${message}`));
  });
  return promise;
}
