import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchJobFiles } from '../../../src/commands/console/job-files.ts';

const JOB = { jobId: 'small-hmc-0', runId: '3f9a12c4e07b' };
let root: string;
let sweepDir: string;
let runsDir: string;
let attemptDir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-job-files-'));
  sweepDir = join(root, 'sweeps', 's');
  runsDir = join(root, 'runs');
  attemptDir = join(sweepDir, 'jobs', JOB.jobId, 'attempt-1');
  await mkdir(attemptDir, { recursive: true });
  await mkdir(runsDir);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const watch = () => watchJobFiles(sweepDir, runsDir, JOB, 1);

test('before anything is written all is empty, and the paths are told', async () => {
  expect(await watch().read()).toEqual({
    jobId: JOB.jobId,
    attempt: 1,
    stdout: [],
    stderr: [],
    stdoutPath: join(attemptDir, 'stdout.log'),
    stderrPath: join(attemptDir, 'stderr.log'),
    trace: [],
    metrics: null,
    runDir: null,
  });
});

test('what is appended to a log is added, a line and a letter cut in two made whole', async () => {
  const files = watch();
  const path = join(attemptDir, 'stdout.log');
  const bytes = Buffer.from('one\ntwö\nthree');
  await writeFile(path, bytes.subarray(0, 7));
  expect((await files.read()).stdout[0]).toBe('one');
  await appendFile(path, bytes.subarray(7));
  expect((await files.read()).stdout).toEqual(['one', 'twö', 'three']);
  await appendFile(path, '\nfour\n');
  expect((await files.read()).stdout).toEqual(['one', 'twö', 'three', 'four']);
});

test('where nothing has changed the same object comes again', async () => {
  await writeFile(join(attemptDir, 'stdout.log'), 'one\n');
  await writeFile(join(attemptDir, 'trace.json'), '{"points":[]}');
  const files = watch();
  const first = await files.read();
  expect(await files.read()).toBe(first);
  await appendFile(join(attemptDir, 'stderr.log'), 'trouble\n');
  const second = await files.read();
  expect(second).not.toBe(first);
  expect(second.stdout).toBe(first.stdout);
});

test('a log that begins anew is read anew', async () => {
  const path = join(attemptDir, 'stdout.log');
  await writeFile(path, 'a long first text\n');
  const files = watch();
  await files.read();
  await writeFile(path, 'short\n');
  expect((await files.read()).stdout).toEqual(['short']);
  await rm(path);
  expect((await files.read()).stdout).toEqual([]);
});

test('of a long log only the end is read', async () => {
  const line = (n: number) => `line ${n} ${'x'.repeat(90)}`;
  const all = Array.from({ length: 20_000 }, (_, n) => line(n));
  await writeFile(join(attemptDir, 'stdout.log'), `${all.join('\n')}\n`);
  const { stdout } = await watch().read();
  expect(stdout.length).toBeLessThanOrEqual(2000);
  expect(stdout.at(-1)).toBe(line(19_999));
  expect(all).toContain(stdout[0]);
});

test('controls in a log are shown, not obeyed, and of overwriting parts the last is shown', async () => {
  await writeFile(
    join(attemptDir, 'stderr.log'),
    'a\u001b]0;x\u0007b\n10%\r20%\r30%\r\n\u009b31mred\n',
  );
  expect((await watch().read()).stderr).toEqual(['a^[]0;x^Gb', '30%', '^[[31mred']);
});

test('trace and metrics are read where they are what they should be', async () => {
  const point = { step: 3, llcByChain: [1, null], llc: 1, llcSe: null, rhat: 1.1, ess: 9 };
  await writeFile(
    join(attemptDir, 'trace.json'),
    JSON.stringify({ points: [point, 7, { step: 'x' }] }),
  );
  await mkdir(join(runsDir, JOB.runId));
  await writeFile(
    join(runsDir, JOB.runId, 'metrics.json'),
    JSON.stringify({ llc_exact: 31.4, hmc_verdict_text: 'well\u001b[2J' }),
  );
  const files = watch();
  const { trace, metrics, runDir } = await files.read();
  expect(trace).toEqual([{ ...point, llcByChain: [1, Number.NaN] }]);
  expect(metrics).toEqual({ llc_exact: 31.4, hmc_verdict_text: 'well^[[2J' });
  expect(runDir).toBe(join(runsDir, JOB.runId));
  await writeFile(join(attemptDir, 'trace.json'), '{"poi');
  expect((await files.read()).trace).toEqual([]);
});

test('no link leads out of the sweep or of runs/', async () => {
  const secret = join(root, 'secret');
  await mkdir(secret);
  await writeFile(join(secret, 'stdout.log'), 'secret\n');
  await writeFile(join(secret, 'metrics.json'), '{"secret":1}');
  await symlink(join(secret, 'stdout.log'), join(attemptDir, 'stdout.log'));
  await symlink(secret, join(runsDir, JOB.runId));
  const linked = await watch().read();
  expect([linked.stdout, linked.metrics]).toEqual([[], null]);
  await rm(attemptDir, { recursive: true });
  await symlink(secret, attemptDir);
  expect((await watch().read()).stdout).toEqual([]);
});

test('a job named as a path leads nowhere', async () => {
  const away = watchJobFiles(sweepDir, runsDir, { jobId: '../..', runId: '..' }, 1);
  await writeFile(join(root, 'metrics.json'), '{}');
  expect((await away.read()).metrics).toBeNull();
});
