import { expect, test } from 'vitest';
import { readRetryResources } from '../../../src/screens/sweep/retry-resources.ts';

test('what a retry changes is read from the command line', () => {
  const options = { 'mem-gb': '32', 'timeout-min': '90', cpus: '8', 'gpu-types': 'h100,A100' };
  expect(readRetryResources(options, 'modal')).toEqual({
    ok: true,
    resources: { memoryGb: 32, timeoutMin: 90, cpus: 8, gpuTypes: ['H100', 'A100'] },
  });
});

test.each([
  [{ cpus: '1.5' }, 'cpus is a whole number from 1 to 1024; "1.5" is not.'],
  [{ 'mem-gb': '' }, 'mem-gb is a number above 0 to 100000; "" is not.'],
  [{ 'gpu-types': 'B200' }, 'B200 is not a type here (H100, A100, L40S, T4, A10G).'],
  [{ 'gpu-types': 'H100,' }, 'gpu-types is a list like H100,A100.'],
  [{ colour: 'red' }, 'retry knows mem-gb, cpus, timeout-min and gpu-types, not colour.'],
])('%j is refused in words', (options, why) => {
  expect(readRetryResources(options as unknown as Record<string, string>, 'modal')).toEqual({
    ok: false,
    why,
  });
});

test('a cluster has its own names of GPUs', () => {
  expect(readRetryResources({ 'gpu-types': 'v100-32g' }, 'submitit')).toMatchObject({ ok: true });
});
