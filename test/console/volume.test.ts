import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readInferenceData } from '../../src/dispatch/artifacts/netcdf/read-inference-data.ts';
import { emptyFolder } from '../e2e/llc.ts';
import { type FakeProgram, fakeProgram } from './fake-program.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const LIMIT = 60_000;
const ESC = '\u001b';
/** A job that Modal does not start within it is tried with the next GPU type. */
const IMPATIENT = { LLC_MODAL_CLIENT_HANG_TIMEOUT_S: '2' };

/** The console in a folder that belongs to the fake Modal. */
function openConsole(folder: string, { command, env }: FakeProgram, ...args: string[]): Terminal {
  const [node, cli] = command;
  return openTerminal(node, [cli, 'tui', ...args], { cwd: folder, env: { ...env, ...IMPATIENT } });
}

function run(folder: string, { command, env }: FakeProgram, ...args: string[]) {
  const [node, cli] = command;
  return execa(node, [cli, ...args], { cwd: folder, env, reject: false, stdin: 'ignore' });
}

/** Two samplers with two seeds, whose four runs lie on the volume alone. */
const FOUR_RUNS = [
  ...['sweep', '--backend=modal', '--preset=quick'],
  ...['--sampler=hmc,sghmc', '--n-seeds=2'],
];

test('a whole sweep on Modal: from the wizard, by GPU types and their fallback, to results here', async () => {
  const folder = emptyFolder();
  const program = await fakeProgram('modal', folder);
  await using console = openConsole(folder, program);
  await console.waitFor(/No sweeps here yet/, LIMIT);
  console.press('n');
  await console.waitFor(/1 Preset/, LIMIT);
  console.press('2');
  await console.waitFor(/modal +serverless, \$40\.00 left/, LIMIT);
  console.press('jjj\r');
  await console.waitFor(/> 3 GPU mode/, LIMIT);
  console.press('j\r');
  // H100 is taken and moved before the usual type, which is dropped; A100 comes behind it.
  await console.waitFor(/1 L40S \$1\.95\/h +- H100 \$3\.95\/h +- A100 \$2\.50\/h/, LIMIT);
  console.press('j K');
  await console.waitFor(/1 H100 \$3\.95\/h +2 L40S/, LIMIT);
  console.press('j ');
  await console.waitFor(/1 H100 \$3\.95\/h +- A100 \$2\.50\/h +- L40S/, LIMIT);
  console.press('k ');
  await console.waitFor(/1 H100 \$3\.95\/h +2 A100 \$2\.50\/h/, LIMIT);
  console.press('S');
  await console.waitFor(/--gpu-types=H100,A100/, LIMIT);
  await console.waitFor(/preflight +ok/, LIMIT);
  console.press('\r');
  await console.waitFor(/no H100/, LIMIT);
  await console.waitFor(/✗ OOM/, LIMIT);
  await console.waitFor(/↻ at/, LIMIT);
  await console.waitFor(/✓7 ok/, LIMIT);
  await console.waitFor(/100% of 8/, LIMIT);
  expect(gpusOf(folder, 'mlp-sgld-42')).toEqual(['H100', 'A100']);
  expect(gpusOf(folder, 'mlp-hmc-42')).toEqual(['H100']);
  expect(console.text()).toMatch(/\$0\.\d\d/);

  console.press('A');
  await console.waitFor(/here 0 runs, 0 B +volume llc-runs 7 runs/, LIMIT);
  console.press('ap');
  await console.waitFor(/Pulling 7 runs at \d\d:\d\d:\d\d\./, LIMIT);
  await console.waitFor(/here 7 runs, .* +volume llc-runs 7 runs/, LIMIT);
  const draws = globSync('runs/*/*.nc', { cwd: folder });
  expect(draws).toHaveLength(7);
  const { groups } = await readInferenceData(join(folder, draws[0] ?? ''));
  expect(groups['posterior']?.variables['L']?.dims).toEqual(['chain', 'draw']);
  const table = readFileSync(join(folder, 'llc_sweep_results.csv'), 'utf8');
  expect(table.trim().split('\n')).toHaveLength(1 + 7);
  console.press('q');
  expect(await console.exit).toEqual({ code: 1, signal: null });
});

/** The types on which the place was asked to run a job, attempt by attempt. */
function gpusOf(folder: string, jobId: string): (string | null)[] {
  const acts = readFileSync(join(folder, 'place.json.acts.jsonl'), 'utf8').trim().split('\n');
  return acts
    .map((text) => JSON.parse(text))
    .filter(({ act, attempt }) => act === 'take' && attempt.job.jobId === jobId)
    .map(({ placement }) => placement.gpu);
}

test('a cell’s run is pulled by a key that can be taken back, and the artifacts show how far it is', async () => {
  const folder = emptyFolder();
  const program = await fakeProgram('modal', folder);
  expect((await run(folder, program, ...FOUR_RUNS)).exitCode).toBe(0);
  await using console = openConsole(folder, program, '--attach');
  await console.waitFor(/100% of 4/, LIMIT);
  console.press('p');
  await console.waitFor(/Pulling 1 run at \d\d:\d\d:\d\d\. +u undo/, LIMIT);
  console.press('u');
  await console.waitFor(/Taken back: 1 job\./, LIMIT);
  await console.waitFor(/ ended \d\d:\d\d/, LIMIT);
  console.press('p');
  await console.waitFor(/Pulling 1 run at/, LIMIT);
  console.press('A');
  await console.waitFor(/here 0 runs, 0 B +volume llc-runs 4 runs/, LIMIT);
  await console.waitFor(/s42 sghmc +[1-9]\d?% +✓ .* pulling, \d+ kB\/s/, LIMIT);
  await console.waitFor(/s42 sghmc +✓ +✓ .* same/, LIMIT);
  expect(console.text()).toMatch(/here 1 run, 1\d\d\.\d kB +volume llc-runs 4 runs/);

  // The others by their marks; each is here as soon as it is whole.
  console.press('ap');
  await console.waitFor(/Pulling 3 runs at/, LIMIT);
  await console.waitFor(/[1-9]\d?% +✓ .* pulling, \d+ kB\/s/, LIMIT);
  await console.waitFor(/here 4 runs/, LIMIT);
  await console.waitFor((rows) => !rows.join('\n').includes('pulling'), LIMIT);
  expect(console.text().match(/ ✓ +✓ .* same/g)).toHaveLength(4);
  console.press(`${ESC}`);
  await console.waitFor((rows) => !rows.join('\n').includes('marked'), LIMIT);
  console.press('i');
  await console.waitFor(/config\.json .* metrics\.json/, LIMIT);
  expect(console.text()).toMatch(/hmc\.nc 185\.\d kB/);
  console.press(ESC);
  await console.waitFor((rows) => !rows.join('\n').includes('config.json'), LIMIT);
  console.press(ESC);
  await console.waitFor(/100% of 4/, LIMIT);
  console.press('p');
  await console.waitFor(/Its run is here already\./, LIMIT);
});

test('a remote clean shows sizes and ages, asks for the number, and keeps what a live sweep uses', async () => {
  const folder = emptyFolder();
  const program = await fakeProgram('modal', folder);
  expect((await run(folder, program, ...FOUR_RUNS)).exitCode).toBe(0);
  // It runs on and needs two of the four runs.
  const live = ['sweep', '--backend=modal', '--preset=quick', '--sampler=hmc', '--n-seeds=3'];
  const [first = ''] = globSync('sweeps/*', { cwd: folder });
  expect((await run(folder, program, ...live, '--detach')).exitCode).toBe(0);
  await using console = openConsole(folder, program, '--attach', first.slice('sweeps/'.length));
  await console.waitFor(/100% of 4/, LIMIT);
  console.press('A');
  await console.waitFor(/here 0 runs, 0 B +volume llc-runs 4 runs/, LIMIT);
  expect(console.text()).toMatch(/s43 sghmc +✓ +1\d\d\.\d kB \d\d:\d\d/);
  console.press('D');
  await console.waitFor(/No runs older than 30 d\./, LIMIT);
  console.press('aD');
  await console.waitFor(/── Clean volume llc-runs ──/, LIMIT);
  expect(console.text()).toMatch(/2 runs, 37\d\.\d kB, the oldest from \d\d:\d\d\./);
  expect(console.text()).toMatch(
    /2 of them are only there and would be gone for good, 37\d\.\d kB/,
  );
  expect(console.text()).toContain('2 more are kept: a live sweep uses them.');
  expect(console.text()).toContain('Type 2 to remove them, esc to keep everything:');
  console.press('4\r');
  await console.waitFor(/Another number: everything is kept\./, LIMIT);
  console.press('D');
  await console.waitFor(/── Clean volume llc-runs ──/, LIMIT);
  console.press(ESC);
  await console.waitFor((rows) => !rows.join('\n').includes('── Clean'), LIMIT);
  expect(console.text()).toMatch(/volume llc-runs 4 runs/);
  console.press('D');
  await console.waitFor(/── Clean volume llc-runs ──/, LIMIT);
  console.press('2\r');
  await console.waitFor(/2 removed, 37\d\.\d kB freed\./, LIMIT);
  // At once, not when the volume is asked the next time by itself.
  await console.waitFor(/here 0 runs, 0 B +volume llc-runs 2 runs/, 5000);
  expect(console.text()).toMatch(/s42 hmc/);
  expect(console.text()).not.toMatch(/sghmc/);
});

test('from home, too, the volume is there: its runs are brought at once, and cleaned', async () => {
  const folder = emptyFolder();
  const program = await fakeProgram('modal', folder);
  expect((await run(folder, program, ...FOUR_RUNS)).exitCode).toBe(0);
  await using console = openConsole(folder, program);
  await console.waitFor(/\d{4}-\d{4}-quick/, LIMIT);
  console.press('A');
  await console.waitFor(/here 0 runs, 0 B +volume llc-runs 4 runs/, LIMIT);
  console.press(' p');
  await console.waitFor(/[1-9]\d?% +✓ .* pulling, \d+ kB\/s/, LIMIT);
  await console.waitFor(/1 pulled, 1\d\d\.\d kB\./, LIMIT);
  await console.waitFor(/here 1 run, .* +volume llc-runs 4 runs/, LIMIT);
  console.press(':clean where=both\r');
  await console.waitFor(/── Clean runs\/ here and volume llc-runs ──/, LIMIT);
  console.press('1\r');
  await console.waitFor(/1 removed, 37\d\.\d kB freed\./, LIMIT);
  await console.waitFor(/here 0 runs, 0 B +volume llc-runs 3 runs/, 5000);
});
