import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A Vulkan that computes on the CPU: right, and slow. */
export interface VulkanBed {
  /** What a process needs to find it, and to take it for a GPU. */
  readonly environment: Readonly<Record<string, string>>;
}

const SCRIPT = join(import.meta.dirname, 'vulkan.sh');
/** The script's word for: not on this machine. */
const IMPOSSIBLE = 77;

/** Finds Mesa's lavapipe or installs it where that may be done; else tells why not. */
export async function findVulkanBed(): Promise<VulkanBed | { readonly impossible: string }> {
  const { exitCode, stdout, stderr } = await execa(SCRIPT, { reject: false, stdin: 'ignore' });
  if (exitCode === IMPOSSIBLE) return { impossible: stderr };
  if (exitCode !== 0) throw new Error(`The Vulkan for tests cannot be had: ${stderr}`);
  return {
    environment: {
      VK_DRIVER_FILES: stdout.trim(),
      XDG_RUNTIME_DIR: mkdtempSync(join(tmpdir(), 'llc-vulkan-')),
      LLC_GPU_SOFTWARE: '1',
    },
  };
}
