import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
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
      const { stdout, stderr, exitCode } = await llc(
        folder,
        ['run', '--sampler=sgld', ...NETWORK, `--gpu-mode=${mode}`],
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

  test('jobs of two sweeps have it one after the other', async () => {
    const folders = [emptyFolder(), emptyFolder()];
    const env = { ...bed.environment, XDG_CACHE_HOME: join(emptyFolder(), 'cache') };
    const short = ['--sgld-steps=100', '--sgld-warmup=20'];
    const asked = ['run', '--sampler=sgld', ...NETWORK, ...short, '--gpu-mode=vectorized'];
    const ends = await Promise.all(folders.map((folder) => llc(folder, asked, env)));
    for (const { exitCode, stdout } of ends) {
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/Jobs compute on llvmpipe .* one at a time/);
    }
    const spans = folders.map(samplingSpan).sort(([a], [b]) => a - b);
    expect(spans[0]?.[1]).toBeLessThanOrEqual(spans[1]?.[0] ?? 0);
    expect(existsSync(join(env.XDG_CACHE_HOME, 'llc', `gpu-${hostname()}.lock`))).toBe(false);
  });
});

/** When the only job of a folder began and ended to sample, milliseconds since 1970. */
function samplingSpan(folder: string): readonly [number, number] {
  const [log = ''] = globSync('sweeps/*/jobs/*/attempt-1/stdout.log', { cwd: folder });
  const lines = readFileSync(join(folder, log), 'utf8').split('\n');
  const at = (words: RegExp) =>
    Date.parse(lines.find((line) => words.test(line))?.split(' ')[0] ?? '');
  return [at(/chains of/), at(/sampling [\d.]+ s/)];
}
