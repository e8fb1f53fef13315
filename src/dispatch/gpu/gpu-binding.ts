import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { create } from 'webgpu';

/** What the native library offers: WebGPU for Node, by Dawn. */
export interface GpuBinding {
  readonly create: typeof create;
  /** Classes and constants that a browser has as globals: `GPUBufferUsage`, `GPUMapMode`, … */
  readonly globals: object;
}

/**
 * The version of the npm package `webgpu`. It is a part of the worker's bundle, and so of each run id: another version
 * may compile other numbers.
 */
export const BINDING_VERSION = '0.6.2';

/** Platforms that the package has a library for. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-universal', 'win32-x64', 'win32-arm64'];

/** `linux-x64`: the platform's name in the package; null where the package has no library for it. */
export function bindingPlatform(
  platform: string = process.platform,
  arch: string = process.arch,
): string | null {
  const name = `${platform}-${platform === 'darwin' ? 'universal' : arch}`;
  return PLATFORMS.includes(name) ? name : null;
}

/** `webgpu-0.6.2-linux-x64.node`: the library's name where it lies without its package. */
export function bindingFile(platform: string): string {
  return `webgpu-${BINDING_VERSION}-${platform}.node`;
}

/**
 * Where the library for a platform lies: beside the worker, in the folder above (which all versions of a worker share
 * on another machine), or in the installed package. Null where it is in none of them.
 */
export function findBinding(
  platform: string,
  program: string = fileURLToPath(import.meta.url),
): string | null {
  const file = bindingFile(platform);
  const here = dirname(program);
  const places = [join(here, file), join(here, '..', file), ...inPackage(platform)];
  return places.find((path) => existsSync(path)) ?? null;
}

/** @throws what the system's loader says, where the library does not fit this system. */
export function loadBinding(path: string): GpuBinding {
  return createRequire(import.meta.url)(path);
}

function inPackage(platform: string): readonly string[] {
  try {
    const entry = createRequire(import.meta.url).resolve('webgpu');
    return [join(dirname(entry), 'dist', platform, 'dawn.node')];
  } catch {
    return [];
  }
}
