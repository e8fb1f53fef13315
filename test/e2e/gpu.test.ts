import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findVulkanBed } from '../testbeds/vulkan.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

const bed = await findVulkanBed();
/** No driver announces itself; what a machine without a GPU lacks differs. */
const NO_GPU = { VK_DRIVER_FILES: '/none/icd.json' };

/** A small network, in a second or two on a GPU that is a program on the CPU. */
const NETWORK = [
  '--in-dim=3',
  '--target-params=20',
  '--n-data=300',
  '--chains=2',
  '--sgld-steps=600',
  '--sgld-warmup=200',
  '--hmc-draws=30',
  '--hmc-warmup=50',
];

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

  test.each(['sgld', 'hmc'])(
    '%s samples there, chains in one batch or one after another, as it does on the CPU',
    async (sampler) => {
      const folder = emptyFolder();
      const results = new Map<string, Record<string, unknown>>();
      for (const mode of ['off', 'vectorized', 'sequential']) {
        const asked = ['run', `--sampler=${sampler}`, ...NETWORK, `--gpu-mode=${mode}`];
        // Both modes name the same run: it is computed anew.
        const { exitCode, stderr } = await llc(folder, [...asked, '--no-skip'], bed.environment);
        expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
        const [newest] = globSync('runs/*/metrics.json', { cwd: folder }).sort(
          (a, b) => statSync(join(folder, b)).mtimeMs - statSync(join(folder, a)).mtimeMs,
        );
        results.set(mode, JSON.parse(readFileSync(join(folder, newest as string), 'utf8')));
      }
      const [cpu, batch, turns] = [...results.values()];
      expect(cpu).toMatchObject({ engine: 'wasm' });
      expect(batch).toMatchObject({
        engine: 'webgpu',
        dtype: 'float32',
        gpu: expect.stringMatching(/^llvmpipe/),
      });
      const mean = (of: Record<string, unknown> | undefined) => Number(of?.[`${sampler}_llc_mean`]);
      const error = (of: Record<string, unknown> | undefined) => Number(of?.[`${sampler}_llc_se`]);
      expect(mean(turns)).toBe(mean(batch));
      // Five standard errors of a difference: chaos makes of roundings other draws of the same posterior.
      const away = Math.abs(mean(batch) - mean(cpu));
      expect(away).toBeLessThan(5 * Math.hypot(error(batch), error(cpu)));
    },
  );
});
