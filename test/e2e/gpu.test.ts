import { existsSync, globSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findVulkanBed } from '../testbeds/vulkan.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

const bed = await findVulkanBed();
/** No driver announces itself; what a machine without a GPU lacks differs. */
const NO_GPU = { VK_DRIVER_FILES: '/none/icd.json' };

/** A network that is computed in a moment. */
const NETWORK = [
  '--in-dim=4',
  '--hidden=8',
  '--n-data=300',
  '--chains=2',
  '--sgld-steps=600',
  '--sgld-warmup=200',
  '--erm-max-steps=300',
  '--sampler=sgld',
] as const;

async function gpuLine(env: Readonly<Record<string, string>>) {
  const { stdout } = await llc(emptyFolder(), ['doctor', '--json'], env);
  const lines: { what: string; state: string; found: string; remedy: string }[] =
    JSON.parse(stdout);
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
      const { stdout, stderr, exitCode } = await llc(
        folder,
        ['run', ...NETWORK, `--gpu-mode=${mode}`],
        NO_GPU,
      );
      expect(exitCode).toBe(69);
      expect(`${stdout}${stderr}`).toContain(`refused: --gpu-mode ${mode} is not possible here: `);
      expect(globSync('sweeps/*/jobs/*/attempt-*', { cwd: folder })).toEqual([]);
      const [errors = ''] = globSync('sweeps/*/errors.csv', { cwd: folder });
      expect(readFileSync(join(folder, errors), 'utf8')).toMatch(/,error,preflight,unavailable,/);
    },
  );

  test('a target that no GPU serves is refused by its name', async () => {
    const asked = ['run', '--sampler=sgld', ...SMALL, '--gpu-mode=vectorized'];
    const { stdout, stderr, exitCode } = await llc(emptyFolder(), asked, NO_GPU);
    expect(exitCode).toBe(69);
    expect(`${stdout}${stderr}`).toMatch(/targets mlp and dln, not quadratic/);
  });
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

  test.each(['vectorized', 'sequential'])(
    '--gpu-mode %s computes on it, and the run says so',
    async (mode) => {
      const folder = emptyFolder();
      const env = { ...bed.environment, XDG_CACHE_HOME: join(folder, 'cache') };
      const { stdout, exitCode } = await llc(
        folder,
        ['run', ...NETWORK, `--gpu-mode=${mode}`],
        env,
      );
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/Jobs compute on llvmpipe .* one at a time/);
      const [path = ''] = globSync('runs/*/metrics.json', { cwd: folder });
      const metrics = JSON.parse(readFileSync(join(folder, path), 'utf8'));
      expect(metrics).toMatchObject({
        engine: 'webgpu',
        gpu: expect.stringMatching(/^llvmpipe .* by vulkan/),
        dtype: 'float32',
        sgld_llc_mean: expect.any(Number),
      });
      expect(existsSync(join(folder, 'cache/llc', `gpu-${hostname()}.lock`))).toBe(false);
    },
  );
});
