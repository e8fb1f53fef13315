import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, llc } from './llc.ts';

const PROBLEM = ['--target=quadratic', '--quad-spectrum=.3,1,3', '--cpus=1', '--workers=2'];
const MAP = [
  '--step-factors=.25,.5',
  '--beta-factors=1',
  '--gamma-factors=.3,1',
  '--sgld-steps=22000',
];

interface Advice {
  readonly sweep: string;
  readonly samplers: readonly {
    readonly preset: string;
    readonly recommended: Record<string, number>;
    readonly places: readonly { readonly llc: number; readonly doubt: string }[];
  }[];
}

function metricsIn(folder: string): Record<string, unknown>[] {
  return readdirSync(join(folder, 'runs')).map((run) =>
    JSON.parse(readFileSync(join(folder, 'runs', run, 'metrics.json'), 'utf8')),
  );
}

test('calibrate finds settings whose runs on other seeds give the exact value within the stated error', async () => {
  const folder = emptyFolder();
  const made = await llc(folder, ['calibrate', ...PROBLEM, ...MAP, '--json']);
  expect(made.stderr).toContain('virial');
  expect(made.exitCode).toBe(0);
  const advice = JSON.parse(made.stdout) as Advice;
  const [sgld] = advice.samplers;
  expect(sgld?.places).toHaveLength(4);

  // The map is a sweep as any other.
  const status = await llc(folder, ['status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ sweep: advice.sweep, ended: 'complete' });
  // Advice is a function of the map: what is read again says the same.
  const again = await llc(folder, ['calibrate', `--from=${advice.sweep}`, '--json']);
  expect(JSON.parse(again.stdout)).toEqual(advice);
  const drawn = await llc(folder, ['calibrate', `--from=${advice.sweep}`]);
  expect(drawn.stdout).toContain('*');
  expect(drawn.stdout).toContain('recommended:');

  const preset = sgld?.preset ?? '';
  expect(existsSync(join(folder, preset))).toBe(true);
  for (const seed of [101]) {
    const ran = await llc(folder, ['run', `--preset=${preset}`, `--seed=${seed}`, '--cpus=1']);
    expect(ran.exitCode).toBe(0);
    const metrics = metricsIn(folder).find((one) => one['seed'] === seed);
    const exact = Number(metrics?.['llc_exact']);
    const { relative_bias_bound: bias = 0 } = sgld?.recommended ?? {};
    const off = Math.abs(Number(metrics?.['sgld_llc_mean']) - exact);
    // Four standard errors and the bound of the bias: fixed seeds, tolerance from theory.
    expect(off).toBeLessThan(4 * Number(metrics?.['sgld_llc_se']) + bias * exact);
    expect(metrics?.['sgld_verdict']).toBe('converged');
  }
});

test('a map that has no step to find, a dry run and what calibrate refuses', async () => {
  const folder = emptyFolder();
  const dry = await llc(folder, ['calibrate', ...PROBLEM, ...MAP, '--sampler=hmc', '--dry-run']);
  expect(dry.exitCode).toBe(0);
  expect(dry.stdout).toContain('b1-g0.3-hmc-42');
  expect(existsSync(join(folder, 'sweeps'))).toBe(false);
  const matrix = await llc(folder, ['calibrate', '--study=x.yaml']);
  expect(matrix.exitCode).not.toBe(0);
  expect((await llc(folder, ['calibrate', '--step-factors=0,1'])).exitCode).toBe(64);
  expect((await llc(folder, ['calibrate', '--from=nothing'])).exitCode).toBe(64);
  expect((await llc(folder, ['plan', '--budget=3 parsecs'])).exitCode).toBe(64);
});

test('plan foretells the standard error that four times the draws have', async () => {
  const folder = emptyFolder();
  const sweep = ['sweep', ...PROBLEM, '--n-data=1000', '--sampler=hmc', '--hmc-warmup=200'];
  expect((await llc(folder, [...sweep, '--hmc-draws=1000', '--n-seeds=2'])).exitCode).toBe(0);
  const planned = await llc(folder, ['plan', '--budget=4000-draws', '--json']);
  expect(planned.exitCode).toBe(0);
  const [foreseen] = JSON.parse(planned.stdout).forecasts;
  expect((await llc(folder, [...sweep, '--hmc-draws=4000', '--n-seeds=2'])).exitCode).toBe(0);
  const achieved = metricsIn(folder)
    .filter((one) => one['hmc_draws'] === 4000)
    .map((one) => Number(one['hmc_llc_se']) / Number(one['hmc_llc_mean']));
  expect(achieved).toHaveLength(2);
  const mean = achieved.reduce((sum, se) => sum + se, 0) / 2;
  // A standard error from some hundred effective draws is known to a tenth or so.
  expect(mean / foreseen.relative_se.value).toBeGreaterThan(0.75);
  expect(mean / foreseen.relative_se.value).toBeLessThan(1.33);
  const text = await llc(folder, ['plan', '--error=.005']);
  expect(text.stdout).toContain('--hmc-draws=');
});
