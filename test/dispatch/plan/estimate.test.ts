import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/dispatch/config/check.ts';
import type { JobSpec } from '../../../src/dispatch/job/job-spec.ts';
import { estimate, gradientsOf } from '../../../src/dispatch/plan/estimate.ts';

function jobs(count: number, fields: Record<string, unknown>): JobSpec[] {
  const checked = checkConfig(fields);
  if (!checked.ok) throw new Error('a faulty configuration');
  const { config } = checked;
  const ids = { problem: 'mlp', seed: 1, runId: '', familyId: '' };
  return Array.from({ length: count }, (_, i) => ({
    ...ids,
    jobId: `${i}`,
    sampler: config.sampler,
    config,
  }));
}

const HMC = { sampler: 'hmc', chains: 4, hmc_draws: 100, hmc_warmup: 50, n_data: 1000 };
const resources = { cpus: 1, memoryGb: 4, timeoutMin: 60, gpuMode: 'off', gpuTypes: [] } as const;
const onGpu = { ...resources, gpuMode: 'vectorized', gpuTypes: ['L40S'] } as const;

test('gradients are counted in full data', () => {
  expect(gradientsOf(jobs(1, HMC)[0]!.config)).toBe(4 * 150 * 10);
  const sgld = { sampler: 'sgld', chains: 2, sgld_steps: 2000, sgld_batch_size: 250, n_data: 1000 };
  expect(gradientsOf(jobs(1, sgld)[0]!.config)).toBe(2 * 2000 * 0.25);
});

test('more at once take less time and as many hours', () => {
  const one = estimate({ jobs: jobs(8, HMC), resources, atOnce: 1 });
  const four = estimate({ jobs: jobs(8, HMC), resources, atOnce: 4 });
  expect(four.seconds).toBeCloseTo((one.seconds ?? 0) / 4);
  expect(four.cpuHours).toBe(one.cpuHours);
});

test('what was seen wins over what is computed, and alone tells of GPUs and their price', () => {
  const rate = { sampler: 'hmc', targetParams: 9997, gradients: 6000, seconds: 3600 } as const;
  const [job] = jobs(1, HMC);
  const unseen = estimate({ jobs: [job!], resources: onGpu, atOnce: 1, perHour: 2 });
  // Its limit of an hour bounds it all the same.
  expect(unseen).toMatchObject({ seconds: null, gpuHours: null, dollars: null, mostDollars: 2 });
  const size = Array.from({ length: 1500 }, (_, i) => ({ ...rate, targetParams: 9000 + i }));
  const seen = estimate({
    jobs: [job!, job!],
    resources: onGpu,
    atOnce: 1,
    perHour: 2,
    observed: size,
  });
  expect(seen).toMatchObject({ seconds: 7200, gpuHours: 2, dollars: 4, mostDollars: 4 });
});
