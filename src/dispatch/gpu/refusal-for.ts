import { adapterText, type GpuAdapter, type GpuRefusal } from './gpu-adapter.ts';
import type { GraphicsDrivers } from './graphics-drivers.ts';

const OFF = 'or use --gpu-mode off';

/**
 * What is missing for a GPU, from what there is: the first thing that has to be mended.
 *
 * @param drivers - null where the system does without Vulkan
 * @param software - a program on the CPU that does as a GPU would; null where there is none either
 */
export function refusalFor(
  drivers: GraphicsDrivers | null,
  software: GpuAdapter | null,
): GpuRefusal {
  if (drivers?.nvidia != null && !drivers.nvidiaVulkan) return nvidiaWithoutVulkan(drivers);
  if (drivers !== null && !drivers.loader)
    return {
      missing: 'the Vulkan loader, libvulkan.so.1, is not there',
      remedy: `Install it (Debian and Ubuntu: libvulkan1; Fedora and Red Hat: vulkan-loader), ${OFF}.`,
    };
  if (software !== null)
    return {
      missing: `there is no GPU, only ${adapterText(software)}, slower than the CPU engines`,
      remedy: 'Use --gpu-mode off, or a machine whose GPU has a driver for Vulkan.',
    };
  if (drivers === null)
    return { missing: 'the system shows no GPU', remedy: 'Use --gpu-mode off.' };
  const { announced, looked, nvidia, nvidiaLacks } = drivers;
  if (nvidia !== null && nvidiaLacks.length > 0)
    return {
      missing: `the Vulkan part of NVIDIA’s driver needs ${nvidiaLacks.join(' and ')}, which ${nvidiaLacks.length === 1 ? 'is' : 'are'} not there`,
      remedy: `Install them (Debian and Ubuntu: libx11-6 libxext6; Red Hat: libX11 libXext), ${OFF}.`,
    };
  if (announced.length === 0)
    return {
      missing: `no Vulkan driver announces itself (looked at ${looked.join(', ')})`,
      remedy:
        nvidia === null
          ? `Install the GPU’s driver with its Vulkan part (AMD, Intel: mesa-vulkan-drivers), ${OFF}.`
          : `Give it NVIDIA’s file nvidia_icd.json, of the driver’s own packages, ${OFF}.`,
    };
  return {
    missing: `no Vulkan driver finds a GPU (${announced.join(', ')})`,
    remedy:
      nvidia === null
        ? `Look with vulkaninfo --summary whether there is a GPU that this user may open, ${OFF}.`
        : `Look with nvidia-smi and vulkaninfo --summary what NVIDIA’s driver ${nvidia} says, ${OFF}.`,
  };
}

function nvidiaWithoutVulkan({ nvidia, container }: GraphicsDrivers): GpuRefusal {
  const missing = `NVIDIA’s driver${nvidia === '' ? '' : ` ${nvidia}`} is there, its Vulkan part (libGLX_nvidia.so.0) is not`;
  return {
    missing: container ? `${missing}: this container may compute, but not do graphics` : missing,
    remedy: container
      ? `Start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics, ${OFF}.`
      : `Install the driver’s graphics libraries (Debian: nvidia-vulkan-icd; Ubuntu: libnvidia-gl-VERSION; Red Hat: nvidia-driver-libs), ${OFF}.`,
  };
}
