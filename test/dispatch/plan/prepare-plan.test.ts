import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addRunFlags, readFlags } from '../../../src/dispatch/config/flags.ts';
import { type Intent, preparePlan } from '../../../src/dispatch/plan/prepare-plan.ts';

const FILES: Readonly<Record<string, string>> = {
  'mine.yaml': 'chains: 2\nn_data: 600\nsampler: hmc\n',
  'study.yaml': 'base: {n_data: 700}\nsamplers: [hmc, mclmc]\nseeds: [5]\ngpu_mode: sequential\n',
  'torn.yaml': 'base: {n_data: 700\n',
};

/** What a command line means; files are those above. */
function prepared(line: string, intent: Partial<Intent> = {}) {
  const command = addRunFlags(new Command('sweep')).exitOverride();
  command.parse(line.split(' '), { from: 'user' });
  return preparePlan({
    command: 'sweep',
    flags: readFlags(command),
    env: {},
    remembered: {},
    now: new Date(2026, 10, 23, 14, 31),
    cores: 8,
    codeVersion: 'abc',
    readText: async (path) => FILES[path] ?? Promise.reject(new Error('no such file')),
    ...intent,
  });
}

async function issuesOf(line: string, intent: Partial<Intent> = {}) {
  const made = await prepared(line, intent);
  return made.ok ? [] : made.issues;
}

test('a preset file lies below a study, which lies below flags', async () => {
  const made = await prepared('--preset mine.yaml --study study.yaml --chains 3');
  expect(made).toMatchObject({ ok: true, options: { gpuMode: 'sequential' } });
  expect(made.ok && made.plan.sweepId).toBe('1123-1431-study');
  expect(
    made.ok && made.plan.jobs.map(({ jobId, config }) => [jobId, config.n_data, config.chains]),
  ).toEqual([
    ['mlp-hmc-5', 700, 3],
    ['mlp-mclmc-5', 700, 3],
  ]);
});

test('a grid takes the place of a study’s entries', async () => {
  const made = await prepared(
    '--study study.yaml --sampler-grid {"sampler":["sgld"],"chains":[1,2]}',
  );
  expect(made.ok && made.plan.jobs.map(({ jobId }) => jobId)).toEqual([
    'mlp-sgld-chains_1-5',
    'mlp-sgld-chains_2-5',
  ]);
});

test('faults of options, fields, grids and files are told together', async () => {
  const line =
    '--cpus none --chains 0 --problem-grid { --gamma 1 --prior-radius 2 --study torn.yaml';
  const paths = (await issuesOf(line)).map(({ path }) => path);
  for (const path of ['--cpus', 'chains', '--problem-grid', 'gamma']) expect(paths).toContain(path);
  expect(paths.some((path) => /^torn\.yaml:2:\d+$/.test(path))).toBe(true);
});

test('a preset that is neither known nor a file is refused with the nearest name', async () => {
  expect(await issuesOf('--preset quik')).toMatchObject([
    { path: '--preset', hint: 'did you mean quick?' },
  ]);
  expect(await issuesOf('--preset some/where.yaml')).toMatchObject([{ hint: 'no such file' }]);
});

test('a name that a sweep has already gets a number', async () => {
  const made = await prepared('--preset quick', { isTaken: (id) => id === '1123-1431-quick' });
  expect(made.ok && made.plan.sweepId).toBe('1123-1431-quick-2');
});

test('jobs here share the cores, unless somebody says how many one takes', async () => {
  const cpusOf = async (line: string, intent: Partial<Intent> = {}) => {
    const made = await prepared(line, { cores: 2, ...intent });
    return made.ok ? [made.options.cpus, made.plan.resources.cpus] : [];
  };
  expect(await cpusOf('--preset quick')).toEqual([1, 1]);
  expect(await cpusOf('--preset quick --sampler hmc --n-seeds 1')).toEqual([2, 2]);
  expect(await cpusOf('--preset quick --cpus 3')).toEqual([3, 3]);
  expect(await cpusOf('--preset quick', { remembered: { cpus: 2 } })).toEqual([2, 2]);
  expect(await cpusOf('--preset quick --backend slurm')).toEqual([4, 4]);
});
