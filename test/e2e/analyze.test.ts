import {
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeInferenceData } from '../../src/dispatch/artifacts/netcdf/write-inference-data.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

const TIME = { timeout: 120_000 };
const FIGURES = [
  ...['running_llc', 'trace', 'rank', 'ess_evolution', 'ess_quantile'],
  ...['autocorr', 'energy', 'theta', 'steps'],
];
let folder: string;
/** A run of HMC, in `folder`. */
const run = 'runs/hmc';
/** The files of one that `llc run` made; its own folder goes with the first test. */
const made = new Map<string, Buffer>();

beforeEach(async () => {
  folder = emptyFolder();
  if (made.size === 0) await makeRun(emptyFolder());
  mkdirSync(join(folder, run), { recursive: true });
  for (const [name, bytes] of made) writeFileSync(join(folder, run, name), bytes);
}, 120_000);

async function makeRun(cwd: string): Promise<void> {
  const { exitCode } = await llc(cwd, ['run', '--sampler=hmc', ...SMALL]);
  expect(exitCode).toBe(0);
  for (const path of globSync('runs/*/*', { cwd }))
    made.set(basename(path), readFileSync(join(cwd, path)));
}

describe('llc analyze', () => {
  test('writes every figure as SVG and PNG, the diagnostics and the verdict', TIME, async () => {
    const { stdout, stderr, exitCode } = await llc(folder, ['analyze', run]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^all +\d\.\d+ \+-0\.\d+ .*1\.0\d\d/m);
    expect(stdout).toMatch(/exact 1\.98\d+, \d\.\d standard errors away/);
    expect(stdout).toMatch(/BFMI \d\.\d\d at least/);
    expect(stdout).toMatch(/^verdict: \w+\. /m);
    for (const name of FIGURES) {
      const path = join(folder, run, 'analysis', `hmc_${name}`);
      expect(readFileSync(`${path}.svg`, 'utf8')).toMatch(/^<svg .*<\/svg>$/s);
      expect(readFileSync(`${path}.png`).subarray(1, 4).toString()).toBe('PNG');
    }
  });

  test('tells the same numbers as the run itself, unrounded', TIME, async () => {
    await llc(folder, ['analyze', run, '--plots=rank']);
    const metrics = JSON.parse(readFileSync(join(folder, run, 'metrics.json'), 'utf8'));
    const [found] = JSON.parse(readFileSync(join(folder, run, 'analysis/summary.json'), 'utf8'));
    const [all] = found.rows;
    expect(all.mean).toBeCloseTo(metrics.hmc_llc_mean, 10);
    expect(all.mcse_mean).toBeCloseTo(metrics.hmc_llc_se, 10);
    expect(all.ess_bulk).toBeCloseTo(metrics.hmc_ess_bulk, 6);
    expect(all.ess_tail).toBeCloseTo(metrics.hmc_ess_tail, 6);
    expect(all.r_hat).toBeCloseTo(metrics.hmc_rhat, 10);
    expect(found.bfmi).toHaveLength(2);
    expect(found.verdict_text).toBe(metrics.hmc_verdict_text);
    const csv = readFileSync(join(folder, run, 'analysis/summary.csv'), 'utf8').split('\n');
    expect(csv[0]).toBe(
      'sampler,of,mean,sd,mcse_mean,ess_mean,ess_bulk,ess_tail,r_hat,bfmi,draws,exact,verdict',
    );
    expect(csv[1]).toContain(`hmc,all,${all.mean},`);
  });

  test('keeps what is there until it is told to overwrite', TIME, async () => {
    const svg = join(folder, run, 'analysis/hmc_rank.svg');
    await llc(folder, ['analyze', run, '--plots=rank']);
    writeFileSync(svg, 'mine');
    const again = await llc(folder, ['analyze', run, '--plots=rank,trace']);
    expect(again.stdout).toContain('kept, --overwrite replaces them: rank');
    expect(again.stdout).toMatch(/^drawn in \S+: trace$/m);
    expect(readFileSync(svg, 'utf8')).toBe('mine');
    await llc(folder, ['analyze', run, '--plots=rank', '--overwrite']);
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
  });

  test(
    'draws in the terminal in braille, or in ASCII, without a byte of colour',
    TIME,
    async () => {
      const draw = (...flags: string[]) =>
        llc(folder, ['analyze', run, '--terminal', ...flags], {
          LANG: 'C.UTF-8',
          LC_ALL: 'C.UTF-8',
        });
      const braille = await draw();
      expect(braille.stdout).toMatch(/[\u2801-\u28ff]{3}/);
      expect(braille.stdout).toContain('Running LLC, hmc');
      expect(braille.stdout).not.toContain('\x1b');
      const ascii = await draw('--ascii', '--plots=running_llc,rank');
      expect(ascii.stdout).toMatch(/^[\n\x20-\x7e]*$/);
      expect(ascii.stdout).toContain('1 chain 0   2 chain 1   3 all');
      expect(globSync('analysis', { cwd: join(folder, run) })).toEqual([]);
    },
  );

  test('says in words what is wrong with a broken file', TIME, async () => {
    const nc = join(folder, run, 'hmc.nc');
    truncateSync(nc, Math.floor(statSync(nc).size / 2));
    const cut = await llc(folder, ['analyze', run]);
    expect(cut.exitCode).toBe(1);
    expect(cut.stderr).toMatch(/hmc\.nc cannot be used: File has been truncated\.\n.*pull-runs/);
    expect(cut.stderr).not.toContain('HDF5-DIAG');
    writeFileSync(nc, 'not a file of draws');
    const { stderr } = await llc(folder, ['analyze', run]);
    expect(stderr).toContain('hmc.nc cannot be used: Not an HDF5 file.');
    rmSync(nc);
    const none = await llc(folder, ['analyze', run]);
    expect(none.exitCode).toBe(64);
    expect(none.stderr).toContain('--no-artifacts');
  });

  test('reads several samplers that another program left in a folder', TIME, async () => {
    const dir = join(folder, 'other');
    mkdirSync(dir);
    for (const sampler of ['sgld', 'hmc']) {
      const losses = Float64Array.from({ length: 80 }, (_, i) => 0.5 + Math.sin(i * 7) / 10);
      await writeInferenceData(join(dir, `${sampler}.nc`), {
        attrs: { n_data: 100n, beta: 0.2, L0: 0.25 },
        groups: {
          posterior: {
            attrs: {},
            coords: { chain: [0, 1], draw: Array.from({ length: 40 }, (_, i) => i) },
            variables: { L: { dims: ['chain', 'draw'], kind: 'f64', data: losses } },
          },
        },
      });
    }
    const both = await llc(folder, ['analyze', 'other', '--plots=trace,energy']);
    expect(both.exitCode).toBe(0);
    expect(both.stdout).toContain('sgld, 2 chains of 40 draws');
    expect(both.stdout).toContain('not stored by hmc: energy');
    expect(both.stdout).toContain('verdict: none is stored with this run');
    const one = await llc(folder, ['analyze', 'other', '--which=sgld', '--json', '--out=out']);
    const found = JSON.parse(one.stdout);
    expect(found.map(({ sampler }: { sampler: string }) => sampler)).toEqual(['sgld']);
    // 100 · 0.2 · (0.5 − 0.25) and what the sine leaves.
    expect(found[0].rows[0].mean).toBeCloseTo(5, 0);
    expect(globSync('out/sgld_trace.png', { cwd: folder })).toHaveLength(1);
  });

  test('says what it does not know', TIME, async () => {
    const plot = await llc(folder, ['analyze', run, '--plots=runing_llc']);
    expect(plot.exitCode).toBe(64);
    expect(plot.stderr).toContain('Did you mean running_llc?');
    const nobody = await llc(folder, ['analyze', 'runs/nobody']);
    expect(nobody.exitCode).toBe(64);
    const other = await llc(folder, ['analyze', run, '--which=sgld']);
    expect(other.stderr).toContain('It has those of hmc.');
    writeFileSync(join(folder, run, 'metrics.json'), '{"hmc_llc_mean": 7}');
    const wrong = await llc(folder, ['analyze', run, '--plots=trace']);
    expect(wrong.stdout).toContain('WARNING: metrics.json says 7');
  });
});

test('--save-plots leaves the figures of each run when the sweep has ended', TIME, async () => {
  const { exitCode, stderr } = await llc(folder, [
    ...['sweep', '--save-plots', '--n-seeds=1', '--sampler-grid=[{"name":"sgld"}]'],
    ...SMALL,
  ]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('figures are drawn when all jobs have ended');
  const drawn = () => globSync('runs/*/analysis/summary.json', { cwd: folder });
  for (let i = 0; i < 600 && drawn().length === 0; i++) await delay(100);
  const [summary] = drawn();
  expect(globSync('sgld_*.png', { cwd: join(folder, dirname(summary)) })).toHaveLength(8);
});
