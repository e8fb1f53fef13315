import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SamplerName } from '../../../src/compute/settings.ts';
import { storedRuns } from '../../../src/dispatch/artifacts/stored-runs.ts';
import { diagnose } from '../../../src/report/runs/diagnostics.ts';
import { readRunNotes, readStoredDraws } from '../../../src/report/runs/stored-draws.ts';
import { storedSamplers } from '../../../src/report/runs/stored-samplers.ts';
import { arvizOfOriginal, layOriginal } from '../../fixtures/python-original.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llc-original-'));
  layOriginal(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function drawsOf(runId: string, sampler: SamplerName) {
  const dir = join(folder, 'runs', runId);
  return readStoredDraws(dir, sampler, await readRunNotes(dir));
}

describe('of a run that the Python original made', () => {
  test.each([
    ['566abfc4bb21', 'sgld', 45],
    ['566abfc4bb21', 'hmc', 60],
    ['eda8456c0425', 'mclmc', 40],
  ] as const)('the draws tell what ArviZ tells of them: %s, %s', async (runId, sampler, count) => {
    const { rows, draws, mismatch, verdict } = diagnose(await drawsOf(runId, sampler));
    const [all] = rows;
    const arviz = arvizOfOriginal()[`${runId}/${sampler}`];
    expect(draws).toBe(count);
    expect(all.mean).toBeCloseTo(arviz['mean'], 10);
    expect(all.sd).toBeCloseTo(arviz['sd'], 10);
    expect(all.mcse).toBeCloseTo(arviz['mcse_mean'], 10);
    expect(all.essMean).toBeCloseTo(arviz['ess_mean'], 7);
    expect(all.essBulk).toBeCloseTo(arviz['ess_bulk'], 7);
    expect(all.essTail).toBeCloseTo(arviz['ess_tail'], 7);
    expect(all.rhat).toBeCloseTo(arviz['r_hat'], 9);
    expect([mismatch, verdict]).toEqual([null, null]);
  });

  test('several samplers lie in one folder', async () => {
    expect(await storedSamplers(join(folder, 'runs/566abfc4bb21'))).toEqual(['sgld', 'hmc']);
  });

  test('the numbers that Python does not know, written as NaN, are unknown', async () => {
    const { metrics } = await readRunNotes(join(folder, 'runs/566abfc4bb21'));
    expect(metrics['hmc_ess_per_sec']).toBeNull();
    expect(metrics['family_id']).toBe('c8cbd38ab680');
  });

  test('positions are read where each coordinate is a variable, and where all are one', async () => {
    const scalars = (await drawsOf('566abfc4bb21', 'sgld')).theta;
    expect(scalars?.names).toEqual(['theta_0', 'theta_1', 'theta_2']);
    expect(scalars?.draws).toHaveLength(45);
    expect(scalars?.values[2].map((chain) => chain.length)).toEqual([45, 45]);
    // Single precision, as SGLD ran in.
    expect(scalars?.values[2][1].every((value) => Math.fround(value) === value)).toBe(true);
    const block = (await drawsOf('eda8456c0425', 'mclmc')).theta;
    expect([block?.names, block?.stored]).toEqual([['theta[0]', 'theta[1]', 'theta[2]'], 3]);
  });

  test('energies and acceptance are read where a sampler has them', async () => {
    expect(Object.keys((await drawsOf('566abfc4bb21', 'sgld')).stats)).toEqual([]);
    const { stats } = await drawsOf('566abfc4bb21', 'hmc');
    expect(Object.keys(stats)).toEqual(['energy', 'acceptance_rate']);
    expect(stats['energy'][1]).toHaveLength(60);
  });

  test('it is whole without a manifest, and named by its configuration', async () => {
    const [run] = await storedRuns(join(folder, 'runs'), ['566abfc4bb21']);
    const job = { problem: 'mlp', sampler: 'sgld,hmc', seed: 0 };
    expect(run).toMatchObject({ kind: 'run', fault: null, job });
  });
});
