import { expect, test } from 'vitest';
import { jobPrice } from '../../../src/commands/console/job-price.ts';
import { resolveRunOptions } from '../../../src/dispatch/config/resolve-run-options.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import { OFFERS, offer } from '../../screens/wizard/wizard-context.ts';

const options = (flags: Readonly<Record<string, unknown>>) =>
  resolveRunOptions({ flags, env: {}, remembered: {} }).options;

const ON_GPU = { gpuMode: 'vectorized' };

test('the first of the GPU types that the place offers sets the price', () => {
  const price = (gpuTypes: readonly string[]) =>
    jobPrice(OFFERS, options({ backend: 'modal', ...ON_GPU, gpuTypes: gpuTypes.join(',') }));
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
    jobPrice(offers, options({ backend: 'slurm', ...ON_GPU, ...more }));
  expect(at({ slurmPartition: 'gpu' })).toBe(1.2);
  expect(at({ slurmPartition: 'cpu' })).toBe(null);
  expect(at({})).toBe(null);
  expect(at({ slurmPartition: 'gpu', ssh: 'hydra' })).toBe(null);
});

test('cores and memory cost, too, where the place asks for them; without a GPU they alone do', () => {
  const perHour = { core: 0.14, memoryGb: 0.025 };
  const gpuTypes = [{ name: 'H100', perHour: 3.95 }];
  const offers = { modal: offer({ gpuTypes, perHour }), local: offer({ gpuTypes: [] }) };
  const price = (more: Readonly<Record<string, unknown>>) =>
    jobPrice(offers, options({ backend: 'modal', cpus: 2, memGb: 8, gpuTypes: 'H100', ...more }));
  expect(price({})).toBeCloseTo(0.48);
  expect(price({ cpus: 4 })).toBeCloseTo(0.76);
  expect(price(ON_GPU)).toBeCloseTo(4.43);
  expect(price({ ...ON_GPU, gpuTypes: 'T4' })).toBe(null);
  expect(price({ backend: 'local' })).toBe(null);
});
