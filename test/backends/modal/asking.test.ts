import { describe, expect, test } from 'vitest';
import { pack, unpack } from '../../../src/backends/modal/envelope.ts';
import { gpuChoice } from '../../../src/backends/modal/gpu-choice.ts';
import { imageCommands } from '../../../src/backends/modal/image.ts';
import { costOf, LIST_PRICES, pricePerHour, pricesOf } from '../../../src/backends/modal/prices.ts';
import { sandboxName } from '../../../src/backends/modal/sandbox-name.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { payloadOf } from '../../worker/attempts.ts';

const gpus = { gpuMode: 'vectorized', gpuTypes: ['H100', 'A100', 'L40S'] } as const;
const inVain = (gpu: string) => ({ gpu, started: false });
const served = (gpu: string) => ({ gpu, started: true });

describe('the GPU that an attempt asks for', () => {
  test.each([
    [[], 'H100'],
    [[inVain('H100')], 'A100'],
    [[inVain('H100'), inVain('A100')], 'L40S'],
    [[served('H100')], 'H100'],
    [[inVain('H100'), served('A100')], 'A100'],
    [['H100', 'A100', 'L40S'].map(inVain), 'H100'],
  ])('after %j: %s', (earlier, expected) => {
    expect(gpuChoice(gpus, earlier)).toBe(expected);
  });

  test('the usual one where no type is preferred', () => {
    expect(gpuChoice({ ...gpus, gpuTypes: [] }, [])).toBe('L40S');
  });

  test('none without a GPU mode', () => {
    expect(gpuChoice({ ...gpus, gpuMode: 'off' }, [])).toBeNull();
  });
});

describe('an image', () => {
  const library = { file: 'webgpu-0.6.2-linux-x64.node', sha256: 'cafe' };
  const graphics = /^ENV NVIDIA_DRIVER_CAPABILITIES=.*graphics/;

  test('for a GPU asks for what its driver offers for graphics, and has the Vulkan loader', () => {
    const commands = imageCommands(library);
    expect(commands.some((line) => graphics.test(line))).toBe(true);
    expect(commands.some((line) => /^RUN .*libvulkan1/.test(line))).toBe(true);
  });

  test('for a GPU holds the very library that is installed here, or is not built', () => {
    const fetched = imageCommands(library).find((line) => line.includes('npm pack webgpu@'));
    expect(fetched).toContain("echo 'cafe  /app/webgpu-0.6.2-linux-x64.node' | sha256sum -c");
  });

  test('for the CPU has none of it', () => {
    expect(imageCommands(null).filter((line) => !/^(FROM|COPY) /.test(line))).toEqual([]);
  });
});

describe('the name of a sandbox', () => {
  const attempt = {
    job: standInJob('ok'),
    attempt: 1,
    owner: 'a',
    resources: RESOURCES,
    dir: '/x',
  };

  test('is one that Modal takes, whatever the job is called', () => {
    const jobId = 'a/very long name, with Ünïcode – and more than sixty-four letters in it-hmc-1';
    const name = sandboxName({ ...attempt, job: { ...attempt.job, jobId } });
    expect(name).toMatch(/^[\w.-]{1,64}$/);
  });

  test('differs by job, attempt and owner, and by nothing else', () => {
    const names = [
      attempt,
      { ...attempt, attempt: 2 },
      { ...attempt, owner: 'b' },
      { ...attempt, job: standInJob('ok', 2) },
    ].map(sandboxName);
    expect(new Set(names).size).toBe(4);
    expect(sandboxName({ ...attempt, dir: '/y' })).toBe(names[0]);
  });
});

describe('an envelope', () => {
  test('comes out as it went in', () => {
    const envelope = { payload: payloadOf({}), name: 'n', environment: { LLC_CODE_VERSION: 'x' } };
    expect(unpack(pack(envelope))).toEqual(envelope);
    expect(pack(envelope).length).toBeLessThan(4000);
  });

  test('that is too long for a command is refused', () => {
    const name = Array.from({ length: 90_000 }, () => Math.random().toString(36)[2]).join('');
    expect(() => pack({ payload: payloadOf({}), name, environment: {} })).toThrow('too long');
  });
});

describe('prices', () => {
  test('are the listed ones where the workspace tells none', () => {
    expect(pricesOf(null)).toEqual(LIST_PRICES);
    expect(pricesOf({ region: 1.5 })).toEqual(LIST_PRICES);
  });

  test('are the workspace’s own where a name fits', () => {
    const prices = pricesOf({ cpu_core: 0.2, memory_gib: 0.03, gpu_h100: 4, 'gpu-a10g': 1 });
    expect(prices).toMatchObject({ cpu: 0.2, memory: 0.03, gpus: { H100: 4, A10G: 1 } });
    expect(prices.gpus['A100']).toBe(LIST_PRICES.gpus['A100']);
  });

  test('an hour, and what was used', () => {
    const prices = pricesOf({ cpu: 0.1, memory: 0.01, gpu_l40s: 2 });
    expect(pricePerHour(prices, { cpus: 4, memoryGb: 16 }, 'L40S')).toBeCloseTo(2.56);
    const used = { cpuCoreHours: 2, memoryGibHours: 10, gpuHours: 0.5, gpuType: 'l40s' };
    expect(costOf(prices, used, 'L40S')).toBeCloseTo(1.3);
  });

  test.each(['NVIDIA-L40S-48GB', null])(
    'a GPU that Modal calls %s costs what was asked for',
    (gpuType) => {
      const prices = pricesOf({ gpu_l40s: 2 });
      const used = { cpuCoreHours: 0, memoryGibHours: 0, gpuHours: 0.5, gpuType };
      expect(costOf(prices, used, 'L40S')).toBeCloseTo(1);
      expect(costOf(prices, used, null)).toBe(0);
    },
  );
});
