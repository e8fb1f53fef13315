import { describe, expect, test } from 'vitest';
import { findVulkanBed } from '../testbeds/vulkan.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

const bed = await findVulkanBed();
/** No driver announces itself; what a machine without a GPU lacks differs. */
const NO_GPU = { VK_DRIVER_FILES: '/none/icd.json' };

async function gpuLine(env: Readonly<Record<string, string>>) {
  const { stdout } = await llc(emptyFolder(), ['doctor', '--json'], env);
  const lines = JSON.parse(stdout) as {
    what: string;
    state: string;
    found: string;
    remedy: string;
  }[];
  return lines.find(({ what }) => what === 'GPU');
}

describe('without a GPU', () => {
  test('doctor says what is missing and how to mend it', async () => {
    const line = await gpuLine(NO_GPU);
    expect(line).toMatchObject({
      state: 'note',
      remedy: expect.stringContaining('--gpu-mode off'),
    });
    expect(line?.found).not.toBe('');
  });

  test.each(['vectorized', 'sequential'])(
    '--gpu-mode %s is refused, and computes nothing',
    async (mode) => {
      const folder = emptyFolder();
      const asked = ['run', '--sampler=sgld', ...SMALL, `--gpu-mode=${mode}`];
      const { stderr, stdout, exitCode } = await llc(folder, asked, NO_GPU);
      expect(exitCode).toBe(69);
      expect(`${stdout}${stderr}`).toMatch(
        new RegExp(`refused: --gpu-mode ${mode} is not possible`),
      );
    },
  );
});

describe('with a GPU', () => {
  if ('impossible' in bed) {
    test.skip(`nothing could be tried: ${bed.impossible}`, () => {});
    return;
  }

  test('doctor names it', async () => {
    expect(await gpuLine(bed.environment)).toMatchObject({
      state: 'well',
      found: expect.stringMatching(/^llvmpipe .* by vulkan/),
    });
  });
});
