import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readInferenceData } from '../../src/dispatch/artifacts/netcdf/read-inference-data.ts';
import { payloadOf, RUN_ID, runAttempt } from './attempts.ts';

/** Large enough for chains to be worth threads. */
const NETWORK = {
  target: 'mlp',
  in_dim: 3,
  widths: [24],
  n_data: 200,
  gamma: null,
  prior_radius: 3,
  erm_max_steps: 60,
  chains: 3,
  seed: 5,
  diag_k: 3,
  hmc_draws: 12,
  hmc_warmup: 25,
  sgld_steps: 600,
  sgld_warmup: 200,
  sgld_batch_size: 32,
} as const;

const TOLD_BY_THE_CLOCK = /timing|per_sec|wnv_time|duration|created/;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-same-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each(['hmc', 'sgld'] as const)('the same %s job in two processes', (sampler) => {
  test('has the same bytes on one core and on all that there are, at most three', async () => {
    const runs = await Promise.all(
      [1, 3].map(async (cpus) => {
        const place = join(root, `${sampler}-${cpus}`);
        const payload = payloadOf({ ...NETWORK, sampler });
        const ended = await runAttempt(place, 'attempt', {
          ...payload,
          resources: { ...payload.resources, cpus },
        });
        const threads = Math.min(cpus, availableParallelism());
        expect(ended.log).toContain(threads === 1 ? 'no threads' : `${threads} threads`);
        const dir = join(place, 'runs', RUN_ID);
        const lines = (await readFile(join(dir, 'metrics.json'), 'utf8')).split('\n');
        return {
          ended,
          metrics: lines.filter((line) => !TOLD_BY_THE_CLOCK.test(line.split(':')[0])),
          told: lines.filter((line) => TOLD_BY_THE_CLOCK.test(line.split(':')[0])),
          data: await readInferenceData(join(dir, `${sampler}.nc`)),
          baseline: await readFile(join(dir, 'L0.txt'), 'utf8'),
        };
      }),
    );
    const [one, three] = runs;
    expect(one.metrics).toEqual(three.metrics);
    expect(one.metrics.join()).toContain(`${sampler}_llc_mean`);
    expect(one.told.length).toBeLessThan(10);
    expect(one.baseline).toBe(three.baseline);
    for (const [name, { coords, variables }] of Object.entries(one.data.groups)) {
      expect(three.data.groups[name]).toMatchObject({ coords, variables });
    }
  });
});
