import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { observedRates } from '../../../src/commands/console/observed-rates.ts';
import { planFor } from '../../../src/commands/console/wizard-answers.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { flagsOfArgv } from '../../../src/dispatch/config/flags.ts';
import { encodeEvent, type Fact } from '../../../src/dispatch/journal/events.ts';
import { gradientsOf } from '../../../src/dispatch/plan/estimate.ts';
import { preparePlan } from '../../../src/dispatch/plan/prepare-plan.ts';
import { SWEEP_FILE_VERSION, writeSweepFile } from '../../../src/dispatch/plan/sweep-file.ts';
import { stamped } from '../../dispatch/journal/arbitrary-events.ts';

let cwd = '';
let sweepsDir = '';
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'llc-observed-'));
  sweepsDir = join(cwd, 'sweeps');
  process.env['XDG_CONFIG_HOME'] = join(cwd, 'settings');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const HMC = ['--preset=quick', '--sampler=hmc', '--n-seeds=1'];
const ON_GPU = ['--backend=modal', '--gpu-mode=vectorized', '--gpu-types=H100'];

async function prepared(flags: readonly string[]) {
  const made = await preparePlan({
    command: 'sweep',
    flags: flagsOfArgv(flags),
    env: {},
    remembered: {},
    now: new Date(),
    cores: 8,
    codeVersion: 'tested',
    readText: async () => '',
  });
  if (!made.ok) throw new Error(JSON.stringify(made.issues));
  return made;
}

/** A sweep whose first job took so many seconds. */
async function sweepThatTook(name: string, flags: readonly string[], seconds: number, attempt = 1) {
  const { plan, options } = await prepared(flags);
  const files = sweepLayout(sweepsDir, name);
  await mkdir(files.dir, { recursive: true });
  const of = { version: SWEEP_FILE_VERSION, command: 'sweep', schemaHash: '', codeVersion: '' };
  await writeSweepFile(files.plan, { ...plan, ...of, options } as never);
  const fact: Fact = {
    kind: 'job_finished',
    jobId: plan.jobs[0].jobId,
    attempt,
    owner: 'o',
    outcome: {
      llcMean: 12,
      llcSe: 0.3,
      ess: 400,
      rhat: 1,
      tSampling: 12,
      workGrad: 98_000,
      wnvTime: 0.1,
      wnvFde: 99_000,
      verdict: 'converged',
    },
    durationS: seconds,
    usage: null,
  };
  await writeFile(files.journal, stamped([fact]).map(encodeEvent).join(''));
  return plan.jobs[0];
}

test('what finished jobs took is told by sampler and size, from sweeps on machines of that kind', async () => {
  const job = await sweepThatTook('a', [...HMC, ...ON_GPU], 1800);
  await sweepThatTook('on-the-cpu', HMC, 7);
  await sweepThatTook('on-another', [...HMC, ...ON_GPU, '--gpu-types=A100'], 9);
  await sweepThatTook('that-went-on', [...HMC, ...ON_GPU], 11, 2);
  const { options } = await prepared([...HMC, ...ON_GPU]);
  expect(await observedRates(sweepsDir)(options)).toEqual([
    {
      sampler: 'hmc',
      targetParams: expect.any(Number),
      gradients: gradientsOf(job.config),
      seconds: 1800,
    },
  ]);
});

test('of a long journal the end is read', async () => {
  const job = await sweepThatTook('long', HMC, 12);
  const { journal } = sweepLayout(sweepsDir, 'long');
  const last = await readFile(journal, 'utf8');
  const note: Fact = { kind: 'dispatcher_started', host: 'h'.repeat(1000), pid: 1, died: null };
  const before = stamped(Array.from({ length: 600 }, () => note)).map(encodeEvent);
  await writeFile(journal, `${before.join('')}${last}`);
  const { options } = await prepared(HMC);
  expect(await observedRates(sweepsDir)(options)).toMatchObject([
    { gradients: gradientsOf(job.config), seconds: 12 },
  ]);
});

test('a folder without sweeps, or with one that cannot be read, tells nothing', async () => {
  const { options } = await prepared(HMC);
  expect(await observedRates(sweepsDir)(options)).toEqual([]);
  const files = sweepLayout(sweepsDir, 'damaged');
  await mkdir(files.dir, { recursive: true });
  await writeFile(files.plan, '{');
  await writeFile(files.journal, 'no journal\n');
  expect(await observedRates(sweepsDir)(options)).toEqual([]);
});

test('with them and a price a plan on GPUs tells hours, dollars and the most that it can cost', async () => {
  const flags = ['--preset=quick', '--sampler=hmc', '--n-seeds=2'];
  await sweepThatTook('a', [...flags, ...ON_GPU, '--seed=7'], 1800);
  const made = await prepared([...flags, ...ON_GPU]);
  const seen = { observed: observedRates(sweepsDir), perHour: () => 4 };
  const rim = { cwd, env: {}, now: () => new Date() };
  const flagsHere = [...flags, '--gpu-mode=vectorized', '--timeout-min=90'];
  const blind = await planFor(flagsHere, rim, seen);
  // Nothing was ever seen on a GPU of this machine.
  expect(blind).toMatchObject({ estimate: { dollars: null, mostDollars: 2 * 1.5 * 4 } });
  const rates = await seen.observed(made.options);
  const told = await planFor(flagsHere, rim, { ...seen, observed: async () => rates });
  expect(told).toMatchObject({ estimate: { gpuHours: 1, dollars: 4, mostDollars: 12 } });
});
