import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, llc, SMALL } from './llc.ts';

const RESULT_COLUMNS =
  'sweep,problem,family_id,target_params,depth,activation,sampler,seed,llc_mean,llc_se,ess,t_sampling,work_grad,wnv_time,wnv_fde,run_dir';

/** Metrics without the keys that tell of time. */
function timeless(path: string): string {
  const metrics = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return JSON.stringify(
    Object.entries(metrics).filter(
      ([key]) => !/timing|per_sec|wnv_time|duration|created/.test(key),
    ),
  );
}

function runsOf(folder: string): string[] {
  return readdirSync(join(folder, 'runs')).sort();
}

test('a sweep writes its runs and both tables, and a second one finds them', async () => {
  const folder = emptyFolder();
  const args = ['sweep', ...SMALL, '--n-seeds=1'];
  const first = await llc(folder, args);
  expect(first.stderr).toBe('');
  expect(first.exitCode).toBe(0);
  const runs = runsOf(folder);
  expect(runs).toHaveLength(4);
  for (const run of runs) {
    const files = readdirSync(join(folder, 'runs', run));
    expect(files).toEqual(
      expect.arrayContaining(['L0.txt', 'config.json', 'manifest.json', 'metrics.json']),
    );
    expect(files.filter((file) => file.endsWith('.nc'))).toHaveLength(1);
  }
  const table = readFileSync(join(folder, 'llc_sweep_results.csv'), 'utf8').trim().split('\n');
  expect(table[0].startsWith(RESULT_COLUMNS)).toBe(true);
  expect(table).toHaveLength(5);
  const samplers = table.slice(1).map((row) => row.split(',')[6]);
  expect(samplers.sort()).toEqual(['hmc', 'mclmc', 'sghmc', 'sgld']);
  const errors = readFileSync(join(folder, 'llc_sweep_errors.csv'), 'utf8').trim().split('\n');
  expect(errors).toHaveLength(1);

  const second = await llc(folder, args);
  expect(second.exitCode).toBe(0);
  expect(second.stdout.match(/ cached \S+ llc=/g)).toHaveLength(4);
  expect(runsOf(folder)).toEqual(runs);
});

test('the same seed gives the same metrics in two processes, whatever the cores', async () => {
  const network = [
    '--target-params=60',
    '--in-dim=3',
    '--n-data=200',
    '--chains=3',
    '--sgld-batch-size=32',
    '--sgld-steps=300',
    '--sgld-warmup=100',
    '--sghmc-batch-size=32',
    '--sghmc-steps=300',
    '--sghmc-warmup=100',
    '--hmc-draws=40',
    '--hmc-warmup=40',
    '--mclmc-draws=100',
    '--mclmc-tune-steps=100',
    '--prior-radius=1',
    '--n-seeds=1',
  ];
  const one = emptyFolder();
  const two = emptyFolder();
  expect((await llc(one, ['sweep', ...network, '--cpus=1'])).exitCode).toBe(0);
  expect((await llc(two, ['sweep', ...network, '--cpus=2'])).exitCode).toBe(0);
  expect(runsOf(one)).toHaveLength(4);
  expect(runsOf(two)).toEqual(runsOf(one));
  for (const run of runsOf(one)) {
    const path = (folder: string) => join(folder, 'runs', run, 'metrics.json');
    expect(timeless(path(two))).toBe(timeless(path(one)));
  }
});

test('a dry run prints the plan and writes nothing', async () => {
  const folder = emptyFolder();
  const { exitCode, stdout } = await llc(folder, ['sweep', '--preset=quick', '--dry-run']);
  expect(exitCode).toBe(0);
  for (const sampler of ['sgld', 'sghmc', 'hmc', 'mclmc']) expect(stdout).toContain(sampler);
  expect(stdout).toMatch(/8 jobs/);
  expect(readdirSync(folder)).toEqual([]);
});

test('bad input is refused before anything runs, all faults at once', async () => {
  const folder = emptyFolder();
  const { exitCode, stderr } = await llc(folder, [
    'sweep',
    '--chains=-1',
    '--activation=rellu',
    '--sgld-batch-size=500',
    '--n-data=100',
  ]);
  expect(exitCode).toBe(78);
  expect(stderr).toContain('chains');
  expect(stderr).toContain('relu');
  expect(stderr).toContain('sgld_batch_size');
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['an unknown flag', ['sweep', '--no-such-flag'], 64],
  ['an unknown command', ['swep'], 64],
  ['a missing study', ['sweep', '--study=nowhere.yaml'], 78],
  ['an unknown sampler', ['run', '--sampler=nuts'], 78],
])('%s is refused with its code and no stack trace', async (_, args, code) => {
  const folder = emptyFolder();
  const { exitCode, stderr } = await llc(folder, args);
  expect(exitCode).toBe(code);
  expect(stderr).not.toBe('');
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a GPU mode that no engine serves is refused in words, with a row a job', async () => {
  const folder = emptyFolder();
  const { exitCode, stderr, stdout } = await llc(folder, [
    'sweep',
    ...SMALL,
    '--n-seeds=1',
    '--gpu-mode=vectorized',
  ]);
  expect(exitCode).toBe(69);
  expect(`${stdout}${stderr}`).toContain('gpu-mode');
  const errors = readFileSync(join(folder, 'llc_sweep_errors.csv'), 'utf8').trim().split('\n');
  expect(errors).toHaveLength(5);
  for (const row of errors.slice(1)) expect(row).toContain('preflight');
  expect(existsSync(join(folder, 'runs')) ? runsOf(folder) : []).toEqual([]);
});

test('run makes one run and leaves the sweep’s tables alone', async () => {
  const folder = emptyFolder();
  const { exitCode, stdout } = await llc(folder, ['run', '--sampler=hmc', ...SMALL]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('LLC');
  expect(runsOf(folder)).toHaveLength(1);
  expect(existsSync(join(folder, 'llc_sweep_results.csv'))).toBe(false);
});

test('status tells what stands where, also as JSON', async () => {
  const folder = emptyFolder();
  await llc(folder, ['run', '--sampler=hmc', ...SMALL]);
  const { stdout, exitCode } = await llc(folder, ['status', '--json']);
  expect(exitCode).toBe(0);
  const status = JSON.parse(stdout) as { counts: Record<string, number>; ended: string };
  expect(status.ended).toBe('complete');
  expect(status.counts['ok']).toBe(1);
  expect((await llc(emptyFolder(), ['status'])).exitCode).toBe(64);
});
