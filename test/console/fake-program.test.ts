import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { LiveSnapshot } from '../../src/dispatch/scheduler/live-snapshot.ts';
import { emptyFolder } from '../e2e/llc.ts';
import { killNow, processesOf } from '../e2e/processes.ts';
import { fakeProgram } from './fake-program.ts';
import { openTerminal } from './terminal.ts';

const LIMIT = 60_000;
const SWEEP = ['sweep', '--backend=submitit', '--preset=quick', '--n-seeds=2'];

interface Status {
  readonly counts: Readonly<Record<string, number>>;
}

test('a sweep on a cluster goes on after its supervisor is killed, and hands nothing over twice', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('busy-cluster', folder);
  const [node, cli] = command;
  const llc = (...args: string[]) =>
    execa(node, [cli, ...args], { cwd: folder, env, reject: false, stdin: 'ignore' });

  const begun = await llc(...SWEEP, '--detach');
  expect(begun.exitCode).toBe(0);
  for (;;) {
    const { counts } = JSON.parse((await llc('status', '--json')).stdout) as Status;
    if ((counts['running'] ?? 0) > 2) break;
  }
  const supervisors = processesOf(folder).filter(({ kind }) => kind === 'supervisor');
  expect(supervisors.map(killNow)).toEqual([true]);

  const { stdout, exitCode } = await llc('attach');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('6 ok');
  expect(stdout).toContain('2 error');
  expect(stdout).toMatch(/recovered running=[1-9]\d* finished=\d+ requeued=0 failed=0 lost=0/);
});

test('the wizard offers what the cluster has, and its sweep runs there to the end', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('busy-cluster', folder);
  const [node, cli] = command;
  await using console = openTerminal(node, [cli, 'tui'], { cwd: folder, env });
  await console.waitFor(/No sweeps here yet/, LIMIT);
  console.press('n');
  await console.waitFor(/1 Preset/, LIMIT);
  console.press('2');
  await console.waitFor(/slurm +this cluster/, LIMIT);
  console.press('j\r');
  await console.waitFor(/> 3 GPU mode/, LIMIT);
  console.press('5');
  await console.waitFor(/gpu +A100/, LIMIT);
  expect(console.text()).toMatch(/short +L40S/);
  expect(console.text()).toMatch(/low .*preempts/);
  console.press('jjjj\r');
  await console.waitFor(/another\.\.\./, LIMIT);
  console.press('j\r');
  await console.waitFor(/account lab-shared/, LIMIT);
  console.press('S');
  await console.waitFor(/llc sweep --backend=slurm .*--slurm-account=lab-shared/, LIMIT);
  await console.waitFor(/preflight +ok/, LIMIT);
  console.press('\r');
  await console.waitFor(/✗ OOM/, LIMIT);
  await console.waitFor(/✗ diverged/, LIMIT);
  console.press('e');
  await console.waitFor(/2 of 8 failed, 2 causes/, LIMIT);
  console.press('\u001b');
  await console.waitFor(/✓6 ok/, LIMIT);
  // Its next step is more memory, and that mends it.
  console.press('/oom\r');
  await console.waitFor(/\[\/ oom: 1 of 8\]/, LIMIT);
  console.press('.');
  await console.waitFor(/:retry mem-gb=32/, LIMIT);
  console.press('\r');
  await console.waitFor(/Retrying 1 failed job/, LIMIT);
  console.press('\u001b');
  await console.waitFor(/✓7 ok/, LIMIT);
  console.press('q');
  expect(await console.exit).toEqual({ code: 1, signal: null });
  const plan = await execa(node, [cli, 'status', '--json'], { cwd: folder, env });
  expect(JSON.parse(plan.stdout)).toMatchObject({ counts: { ok: 7, error: 1 } });
});

test('the next wizard begins with what was chosen, and says what is gone meanwhile', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('busy-cluster', folder);
  const [node, cli] = command;
  await using console = openTerminal(node, [cli, 'tui'], {
    cwd: folder,
    env: { ...env, NO_COLOR: '1' },
  });
  await console.waitFor(/No sweeps here yet/, LIMIT);
  console.press('n');
  await console.waitFor(/> 1 Preset/, LIMIT);
  console.press('j\r');
  await console.waitFor(/slurm +this cluster/, LIMIT);
  console.press('j\r');
  await console.waitFor(/> 3 GPU mode/, LIMIT);
  console.press('5');
  await console.waitFor(/gpu +A100/, LIMIT);
  console.press('jjjj\r');
  await console.waitFor(/another\.\.\./, LIMIT);
  console.press('j\r');
  await console.waitFor(/account lab-shared/, LIMIT);
  console.press('S');
  await console.waitFor(/preflight +ok/, LIMIT);
  console.press('\r');
  await console.waitFor(/of 8/, LIMIT);
  console.press('\u001b');
  await console.waitFor(/n new sweep/, LIMIT);
  const place = env['LLC_FAKE_PLACE'] ?? '';
  writeFileSync(place, readFileSync(place, 'utf8').replaceAll('"lab-shared"', '"lab-other"'));
  console.press('n');
  await console.waitFor(/\[ full/, LIMIT);
  await console.waitFor(/2 Backend +slurm, as last time/, LIMIT);
  await console.waitFor(/5 Options +any partition, lab-shared/, LIMIT);
  console.press('5r');
  await console.waitFor(/lab-shared is not an account here \(lab-geom, lab-other\)/, LIMIT);
  console.press('S');
  await console.waitFor(/--slurm-account=none/, LIMIT);
  console.press('q');
  await console.exit;
});

test('the wizard names the most that jobs can cost, and once such jobs have run what they will', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('with-prices', folder);
  const [node, cli] = command;
  await using console = openTerminal(node, [cli, 'tui'], {
    cwd: folder,
    env: { ...env, NO_COLOR: '1' },
  });
  await console.waitFor(/No sweeps here yet/, LIMIT);
  console.press('n2');
  await console.waitFor(/modal +serverless, \$40\.00 left/, LIMIT);
  console.press('jjj\r');
  await console.waitFor(/> 3 GPU mode/, LIMIT);
  console.press('j\r');
  await console.waitFor(/1 L40S \$2\.00\/h/, LIMIT);
  console.press('S');
  // Eight jobs of at most three hours each.
  await console.waitFor(/cost +not known before such jobs have run, \$48\.00 at most/, LIMIT);
  await console.waitFor(/preflight +ok/, LIMIT);
  console.press('\r');
  await console.waitFor(/✓8 ok/, LIMIT);
  const [live = ''] = globSync('sweeps/*/live.json', { cwd: folder });
  const { health } = JSON.parse(readFileSync(join(folder, live), 'utf8')) as LiveSnapshot;
  expect(health?.budgetLeft).toBeCloseTo(40, 0);
  console.press('\u001b');
  await console.waitFor(/n new sweep/, LIMIT);
  console.press('nS');
  await console.waitFor(/cost +~[\d.]+ GPU h, ~\$[\d.]+, \$48\.00 at most/, LIMIT);
  console.press('q');
  await console.exit;
});

test('a job that was preempted comes through, one that is lost again and again is told as the site’s', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('busy-cluster', folder);
  const [node, cli] = command;
  const flags = ['--sampler=sgld,hmc', '--n-seeds=3', '--max-retries=1'];
  const options = { cwd: folder, env };
  await using sweep = openTerminal(node, [cli, ...SWEEP.slice(0, 3), ...flags], options);
  await sweep.waitFor(/s44 +↻ at \d\d:\d\d +↻ at \d\d:\d\d/, LIMIT);
  expect(await sweep.exit).toEqual({ code: 1, signal: null });
  expect(sweep.text()).toContain('error: mlp s42 hmc OOM, mlp s44 hmc lost');
  await using console = openTerminal(node, [cli, 'tui', '--attach'], options);
  await console.waitFor(/s44 +✓ .* ×2 *✗ lost +×2/, LIMIT);
  console.press('e');
  await console.waitFor(/2 of 6 failed, 2 causes/, LIMIT);
  expect(console.text()).toMatch(/1 +lost: gone without a result +site +mlp s44 hmc/);
  // Runs of a cluster are here as soon as they are computed.
  expect(globSync('runs/*/manifest.json', { cwd: folder })).toHaveLength(4);
});

test('a place that is out of funds refuses in the promised words, and nothing is submitted', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('out-of-funds', folder);
  const [node, cli] = command;
  const { exitCode, stdout, stderr } = await execa(
    node,
    [cli, 'sweep', '--backend=modal', '--preset=quick'],
    { cwd: folder, env, reject: false, stdin: 'ignore' },
  );
  expect(exitCode).toBe(69);
  expect(stdout + stderr).toContain('Modal preflight failed: likely out of funds');
  expect(stdout + stderr).toContain('auto-recharge');
  const [journal = ''] = globSync('sweeps/*/journal.jsonl', { cwd: folder });
  expect(readFileSync(join(folder, journal), 'utf8')).not.toContain('attempt_opened');
});

test('the wizard shows a refusal in its place, and starts nothing', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('out-of-funds', folder);
  const [node, cli] = command;
  await using console = openTerminal(node, [cli, 'tui'], { cwd: folder, env });
  await console.waitFor(/No sweeps here yet/, LIMIT);
  console.press('n');
  await console.waitFor(/1 Preset/, LIMIT);
  console.press('2');
  await console.waitFor(/modal +serverless/, LIMIT);
  console.press('jjj\r');
  await console.waitFor(/> 3 GPU mode/, LIMIT);
  console.press('S');
  await console.waitFor(/✗ Modal preflight failed: likely out of funds/, LIMIT);
  await console.waitFor(/r check again/, LIMIT);
  console.press('\r');
  console.press('q');
  expect(await console.exit).toEqual({ code: 0, signal: null });
  expect(globSync('sweeps/*', { cwd: folder })).toEqual([]);
});
