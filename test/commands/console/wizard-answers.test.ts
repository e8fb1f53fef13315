import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  checkFor,
  discoverFor,
  loadStudy,
  planFor,
  studyText,
} from '../../../src/commands/console/wizard-answers.ts';
import { flagsOfArgv } from '../../../src/dispatch/config/flags.ts';
import { preparePlan } from '../../../src/dispatch/plan/prepare-plan.ts';

let cwd = '';
const before = { ...process.env };

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'llc-wizard-'));
  process.env['XDG_CONFIG_HOME'] = join(cwd, 'settings');
  process.env['LLC_CODE_VERSION'] = 'tested';
});
afterAll(() => {
  process.env = before;
  rmSync(cwd, { recursive: true, force: true });
});

const rim = () => ({ cwd, env: {}, now: () => new Date(2026, 10, 23) });

async function runIds(argv: readonly string[]): Promise<readonly string[]> {
  const prepared = await preparePlan({
    command: 'sweep',
    flags: flagsOfArgv(argv),
    env: {},
    remembered: {},
    now: new Date(),
    cores: 8,
    codeVersion: 'tested',
    readText: (path) => readFile(path, 'utf8'),
  });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.issues));
  return prepared.plan.jobs.map(({ jobId, runId }) => `${jobId} ${runId}`);
}

const GRID = JSON.stringify([
  { name: 'mlp', overrides: {} },
  { name: 'quadratic', overrides: { target: 'quadratic', quad_dim: 20 } },
  { name: 'dln-3-3-3', overrides: { target: 'dln', dln_widths: [3, 3, 3] } },
]);

test.each([
  [['--preset=quick']],
  [['--preset=full', `--problem-grid=${GRID}`, '--n-seeds=3', '--sampler=sgld,hmc']],
  [['--target=quadratic', '--quad-dim=4', '--gamma=none', '--runs-dir=elsewhere', '--seed=7']],
  [
    [
      '--preset=quick',
      '--sampler-grid=[{"name":"hmc"},{"name":"hmc-L20","overrides":{"sampler":"hmc","hmc_num_integration_steps":20,"hmc_trajectory_length":null}}]',
    ],
  ],
])('a study that is saved plans the jobs of its flags: %j', async (flags) => {
  const path = join(cwd, 'study.yaml');
  writeFileSync(path, await studyText(flags, rim()));
  expect(await runIds([`--study=${path}`])).toEqual(await runIds(flags));
});

test('a plan is counted, with its names, seeds and an estimate; a faulty one tells its faults', async () => {
  expect(await planFor(['--preset=quick', '--n-seeds=3', '--cpus=1'], rim())).toMatchObject({
    ok: true,
    jobs: 12,
    cached: 0,
    problems: ['mlp'],
    samplers: ['sgld', 'sghmc', 'hmc', 'mclmc'],
    seeds: [42, 43, 44],
    estimate: { gpuHours: null, dollars: null, seconds: expect.any(Number) },
  });
  expect(await planFor(['--chains=0'], rim())).toEqual({
    ok: false,
    issues: [expect.stringContaining('chains')],
  });
});

test('a preflight that refuses tells why and what to do', async () => {
  const { signal } = new AbortController();
  expect(await checkFor(['--gpu-mode=vectorized', '--target=quadratic'], rim(), signal)).toEqual({
    ok: false,
    error: expect.stringContaining('not possible'),
    hint: 'Use --gpu-mode off.',
  });
});

test('this machine tells its cores', async () => {
  const offer = await discoverFor('local', rim(), new AbortController().signal);
  expect(offer.discovery.cores).toBeGreaterThan(0);
});

test('a file of fields is a preset, one with problems a study, anything else is refused', async () => {
  writeFileSync(join(cwd, 'fields.yaml'), 'chains: 2\n');
  expect(await loadStudy('fields.yaml', rim())).toMatchObject({ kind: 'preset' });
  writeFileSync(join(cwd, 'some.yaml'), 'problems: [a, b]\nseeds: [1, 2, 3]\nbackend: local\n');
  expect(await loadStudy('some.yaml', rim())).toEqual({
    kind: 'study',
    problems: [
      { name: 'a', overrides: {} },
      { name: 'b', overrides: {} },
    ],
    samplers: [],
    seeds: 3,
    options: { backend: 'local' },
  });
  await expect(loadStudy('missing.yaml', rim())).rejects.toThrow('cannot be read');
});
