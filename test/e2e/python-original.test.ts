import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { layOriginal } from '../fixtures/python-original.ts';
import { emptyFolder, llc } from './llc.ts';

const TIME = { timeout: 120_000 };
let folder: string;
beforeEach(() => {
  folder = emptyFolder();
  layOriginal(folder);
});

describe('in a folder where the Python original worked', () => {
  test('llc analyze draws every sampler of a run, given by its id', TIME, async () => {
    const { stdout, stderr, exitCode } = await llc(folder, ['analyze', '566abfc4bb21']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('sgld, 2 chains of 45 draws');
    expect(stdout).toContain('hmc, 2 chains of 60 draws');
    expect(stdout).toContain('verdict: none is stored with this run');
    expect(stdout).toContain('not stored by sgld: energy, steps');
    const drawn = globSync('runs/566abfc4bb21/analysis/*.png', { cwd: folder });
    // Nine figures of HMC; of SGLD no energy and no steps.
    expect(drawn).toHaveLength(16);
  });

  test('llc preview shows a run with its own metrics and configuration', TIME, async () => {
    const { exitCode } = await llc(folder, ['preview', 'runs/eda8456c0425']);
    expect(exitCode).toBe(0);
    const page = readFileSync(join(folder, 'runs/eda8456c0425/analysis/report.html'), 'utf8');
    expect(page).toContain('<h1>Run eda8456c0425: mlp, seed 1</h1>');
    expect(page).toMatch(/mclmc: LLC 1\.2\d/);
    expect(page).toContain('mclmc_ess_per_fde');
  });

  test('llc plot-sweep draws what its table has, and names what it has not', TIME, async () => {
    const args = ['plot-sweep', '--csv', 'llc_sweep_results.csv', '--out', 'plots'];
    const { stdout, exitCode } = await llc(folder, args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the table has no numbers for: ess_per_sec, wnv_time');
    expect(stdout).toMatch(/^3 jobs drawn in .*: wnv_fde, llc_se, agreement$/m);
    // The original leaves the problem empty: a family is called by its id.
    expect(readFileSync(join(folder, 'plots/agreement.svg'), 'utf8')).toContain('c8cbd38ab680 s0');
  });

  test('llc clean takes its runs for whole, and what it left unfinished not', TIME, async () => {
    const left = 'runs/093be11232be';
    mkdirSync(join(folder, left));
    writeFileSync(join(folder, left, 'worker_info.txt'), 'started');
    const { stdout } = await llc(folder, ['clean', '--failed', '--json']);
    const planned = JSON.parse(stdout).planned;
    expect(planned).toHaveLength(1);
    expect(JSON.stringify(planned)).toContain('093be11232be');
  });
});
