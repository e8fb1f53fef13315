import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lookForDrivers } from '../../../src/dispatch/gpu/graphics-drivers.ts';
import { refusalFor } from '../../../src/dispatch/gpu/refusal-for.ts';

const LIBRARIES = '/usr/lib64';
const NVIDIA_VERSION = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'llc-drivers-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function there(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const said = (environment: NodeJS.ProcessEnv = {}, software: string | null = null) => {
  const program = {
    name: software ?? '',
    vendor: 'mesa',
    backend: 'vulkan',
    driver: '',
    software: true,
  };
  const { missing, remedy } = refusalFor(
    lookForDrivers({ HOME: '/home/ada', ...environment }, root),
    software === null ? null : program,
  );
  return `${missing}. ${remedy}`;
};

describe('what is said to be missing for a GPU', () => {
  test('on a machine with nothing: the loader, and its packages', () => {
    expect(said()).toMatch(/libvulkan\.so\.1, is not there\. Install it .*libvulkan1/);
  });

  test('with the loader alone: a driver, and every folder that was looked at', () => {
    there({ [`${LIBRARIES}/libvulkan.so.1`]: '' });
    expect(said()).toMatch(
      /no Vulkan driver announces itself .*\/home\/ada\/\.config\/vulkan\/icd\.d, .*\/etc\/vulkan\/icd\.d, .*\/usr\/share\/vulkan\/icd\.d/,
    );
    expect(said({ XDG_DATA_DIRS: '/opt/share' })).toContain('/opt/share/vulkan/icd.d');
  });

  test('where the environment names a driver’s file that is not there: that file', () => {
    there({ [`${LIBRARIES}/libvulkan.so.1`]: '', '/usr/share/vulkan/icd.d/a_icd.json': '{}' });
    expect(said({ VK_DRIVER_FILES: '/none/b.json' })).toContain('(looked at /none/b.json)');
    expect(said()).toMatch(/no Vulkan driver finds a GPU \(.*a_icd\.json\)/);
  });

  test('with NVIDIA’s driver for computing alone: its Vulkan part, before the loader', () => {
    there({ '/proc/driver/nvidia/version': NVIDIA_VERSION });
    expect(said()).toMatch(
      /NVIDIA’s driver 570\.86\.15 is there, its Vulkan part \(libGLX_nvidia\.so\.0\) is not\. Install/,
    );
  });

  test('in a container with NVIDIA’s driver: the capability to do graphics', () => {
    there({ '/dev/nvidiactl': '', '/.dockerenv': '' });
    expect(said()).toMatch(/may compute, but not do graphics\. .*compute,utility,graphics/);
    there({ [`${LIBRARIES}/libGLX_nvidia.so.0`]: '' });
    expect(said()).toContain('libvulkan.so.1');
  });

  test('with NVIDIA’s Vulkan part, but not the libraries of X that it loads: those', () => {
    there({
      '/proc/driver/nvidia/version': NVIDIA_VERSION,
      [`${LIBRARIES}/libGLX_nvidia.so.0`]: '',
      [`${LIBRARIES}/libvulkan.so.1`]: '',
      '/etc/vulkan/icd.d/nvidia_icd.json': '{}',
    });
    expect(said()).toMatch(/libX11\.so\.6 and libXext\.so\.6.*libx11-6/);
    there({ [`${LIBRARIES}/libX11.so.6`]: '', [`${LIBRARIES}/libXext.so.6`]: '' });
    expect(said()).toMatch(/finds a GPU .*nvidia_icd\.json.*nvidia-smi/);
  });

  test('where a program on the CPU is all there is: that it is slower than doing without', () => {
    there({ [`${LIBRARIES}/libvulkan.so.1`]: '' });
    expect(said({}, 'llvmpipe')).toMatch(
      /only llvmpipe by vulkan, a program on the CPU.*--gpu-mode off/,
    );
  });
});
