import { expect, test } from 'vitest';
import { gpuPrice } from '../../../src/commands/console/gpu-price.ts';
import { resolveRunOptions } from '../../../src/dispatch/config/resolve-run-options.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import { OFFERS, offer } from '../../screens/wizard/wizard-context.ts';

const options = (flags: Readonly<Record<string, unknown>>) =>
  resolveRunOptions({ flags, env: {}, remembered: {} }).options;

test('the first of the GPU types that the place offers sets the price', () => {
  const price = (gpuTypes: readonly string[]) =>
    gpuPrice(OFFERS, options({ backend: 'modal', gpuTypes: gpuTypes.join(',') }));
  expect(price(['H100', 'L40S'])).toBe(3.95);
  expect(price(['T4', 'L40S'])).toBe(1.95);
  expect(price(['T4'])).toBe(null);
});

test('on a cluster it is the price of what the partition has', () => {
  const partition = {
    name: 'gpu',
    state: 'up',
    idleCpus: 1,
    gpus: [{ type: 'A100', free: 1, total: 1 }],
    limitMin: null,
    queued: 0,
    note: '',
  };
  const gpuTypes = [{ name: 'A100', perHour: 1.2 }];
  const offers = { slurm: offer({ partitions: [partition], gpuTypes }), 'ssh:hydra': WAITING };
  const at = (more: Readonly<Record<string, unknown>>) =>
    gpuPrice(offers, options({ backend: 'slurm', ...more }));
  expect(at({ slurmPartition: 'gpu' })).toBe(1.2);
  expect(at({ slurmPartition: 'cpu' })).toBe(null);
  expect(at({})).toBe(null);
  expect(at({ slurmPartition: 'gpu', ssh: 'hydra' })).toBe(null);
});
