import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sweepLayout } from '../../src/dispatch/artifacts/layout.ts';
import { encodeEvent, type Fact } from '../../src/dispatch/journal/events.ts';
import { stamped } from '../dispatch/journal/arbitrary-events.ts';
import { plannedJob, RESOURCES } from '../fixtures/stand-in-jobs.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

const runsOf = (folder: string) => readdirSync(join(folder, 'runs')).sort();

/** A folder with one real run, and copies of it under these names. */
async function withRuns(...copies: string[]): Promise<{ folder: string; real: string }> {
  const folder = emptyFolder();
  expect((await llc(folder, ['run', '--sampler=hmc', ...SMALL])).exitCode).toBe(0);
  const [real] = runsOf(folder);
  for (const name of copies) copyRun(folder, real, name);
  return { folder, real };
}

function copyRun(folder: string, from: string, to: string): void {
  cpSync(join(folder, 'runs', from), join(folder, 'runs', to), {
    recursive: true,
    preserveTimestamps: true,
  });
}

function makeOld(folder: string, runId: string, days: number): void {
  const seconds = Date.now() / 1000 - days * 86_400;
  utimesSync(join(folder, 'runs', runId, 'manifest.json'), seconds, seconds);
}

function writeJournal(folder: string, name: string, runIds: readonly string[]): string {
  const files = sweepLayout(join(folder, 'sweeps'), name);
  const planned: Fact = {
    kind: 'sweep_planned',
    sweepId: name,
    token: 't',
    backend: 'local',
    gpuMode: 'off',
    runsDir: 'runs',
    resources: RESOURCES,
    jobs: runIds.map((runId) => ({ ...plannedJob(runId), runId })),
  };
  mkdirSync(files.dir, { recursive: true });
  writeFileSync(files.journal, stamped([planned]).map(encodeEvent).join(''));
  return files.journal;
}

const ONE = '000000000001';
const TWO = '000000000002';
const THREE = '000000000003';

test('old runs go, with a table, a total and a summary; others stay whole', async () => {
  const { folder, real } = await withRuns(ONE, TWO);
  makeOld(folder, ONE, 40);
  makeOld(folder, TWO, 29);
  const shown = await llc(folder, ['clean', '--older-than=30d']);
  expect(shown.stdout).toMatch(
    /000000000001 {2}quadratic s42 hmc +[\d.]+ kB {2}[\d-]+ {2}older than 30d/,
  );
  expect(shown.stderr).toBe('Nothing removed: add --yes.');
  expect(shown.exitCode).toBe(64);
  expect(runsOf(folder)).toHaveLength(3);
  const { stdout, exitCode } = await llc(folder, ['clean', '--older-than=30d', '--yes']);
  expect(stdout).toMatch(/\nRemoved 1 run, [\d.]+ kB\.$/);
  expect(exitCode).toBe(0);
  expect(runsOf(folder)).toEqual([TWO, real].sort());
  expect(readdirSync(join(folder, '.llc/staging'))).toEqual([]);
  const again = await llc(folder, ['clean', '--older-than=30d']);
  expect(again.stdout).toBe('No run to remove.');
  expect(again.exitCode).toBe(0);
});

test('a removed run is computed again by the same command', async () => {
  const { folder, real } = await withRuns();
  expect((await llc(folder, ['clean', real, '--yes'])).exitCode).toBe(0);
  expect(runsOf(folder)).toEqual([]);
  const { stdout } = await llc(folder, ['run', '--sampler=hmc', ...SMALL]);
  expect(stdout).toMatch(/ ok \S+ llc=/);
  expect(runsOf(folder)).toEqual([real]);
});

test('--failed takes what is no whole run, and leaves foreign and hidden names alone', async () => {
  const { folder, real } = await withRuns(ONE, TWO);
  rmSync(join(folder, 'runs', ONE, 'manifest.json'));
  writeFileSync(join(folder, 'runs', TWO, 'metrics.json'), '{}');
  for (const name of ['.staging', 'notes']) mkdirSync(join(folder, 'runs', name));
  const { stdout, exitCode } = await llc(folder, ['clean', '--failed', '--yes', '--json']);
  expect(exitCode).toBe(0);
  const { removed, planned, kept, bytes } = JSON.parse(stdout);
  expect(removed.map((run: { run_id: string }) => run.run_id)).toEqual([ONE, TWO]);
  expect(removed[0]).toMatchObject({ reason: 'not whole: no manifest' });
  expect(bytes).toBe(removed[0].bytes + removed[1].bytes);
  expect([planned, kept]).toEqual([[], []]);
  expect(runsOf(folder)).toEqual(['.staging', 'notes', real].sort());
});

describe('a sweep that has not ended', () => {
  test('keeps its runs, and is named with what goes on with it', async () => {
    const { folder, real } = await withRuns(ONE, TWO);
    const journal = writeJournal(folder, 'nightly', [ONE, THREE]);
    const { stdout, exitCode } = await llc(folder, ['clean', '--older-than=0m', '--yes']);
    expect(stdout).toContain(
      `${ONE}  kept: sweep nightly has not ended (llc attach nightly goes on with it, llc cancel nightly ends it)`,
    );
    expect(stdout).toMatch(/Removed 2 runs, [\d.]+ kB\. 1 kept\.$/);
    expect(exitCode).toBe(0);
    expect(runsOf(folder)).toEqual([ONE]);
    expect(runsOf(folder)).not.toContain(real);

    const [end] = stamped([{ kind: 'sweep_ended', outcome: 'complete' }], 1, 2);
    writeFileSync(journal, readFileSync(journal, 'utf8') + encodeEvent(end));
    expect((await llc(folder, ['clean', ONE, '--yes'])).exitCode).toBe(0);
    expect(runsOf(folder)).toEqual([]);
  });

  test('keeps its runs from another working directory too', async () => {
    const { folder } = await withRuns(ONE);
    writeJournal(folder, 'nightly', [ONE]);
    const runsDir = `--runs-dir=${join(folder, 'runs')}`;
    const { stdout } = await llc(emptyFolder(), ['clean', ONE, runsDir, '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ removed: [], kept: [{ run_id: ONE }] });
    expect(existsSync(join(folder, 'runs', ONE))).toBe(true);
  });

  test('keeps every run when neither its journal nor its plan can be read', async () => {
    const { folder } = await withRuns(ONE);
    writeFileSync(writeJournal(folder, 'torn', []), 'no journal\nat all\n');
    const { stdout } = await llc(folder, ['clean', '--older-than=0m', '--yes']);
    expect(stdout).toContain('the journal of sweep torn cannot be read (llc status torn says why)');
    expect(runsOf(folder)).toHaveLength(2);
  });
});

describe('nothing outside runs/', () => {
  test.each([[['..']], [['/']], [['']], [['../runs']], [[`${ONE}/..`]], [['ABCDEF012345']]])(
    '%j is refused as an id',
    async (ids) => {
      const folder = emptyFolder();
      mkdirSync(join(folder, 'runs', ONE), { recursive: true });
      const { stderr, exitCode } = await llc(folder, ['clean', ONE, ...ids, '--yes']);
      expect(exitCode).toBe(64);
      expect(stderr).toContain('12 hex digits');
      expect(runsOf(folder)).toEqual([ONE]);
    },
  );

  test('a link among the runs stays, with what it leads to, and is told', async () => {
    const folder = emptyFolder();
    for (const name of ['runs', 'precious']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'precious', 'thesis.tex'), 'all of it');
    symlinkSync(join(folder, 'precious'), join(folder, 'runs', ONE));
    mkdirSync(join(folder, 'runs', TWO));
    symlinkSync(join(folder, 'precious'), join(folder, 'runs', TWO, 'inside'));
    const { stdout, exitCode } = await llc(folder, ['clean', '--failed', '--yes']);
    expect(stdout).toContain(`${ONE}  kept: a symbolic link`);
    expect(stdout).toContain('Removed 1 run');
    expect(exitCode).toBe(0);
    expect(runsOf(folder)).toEqual([ONE]);
    expect(readFileSync(join(folder, 'precious', 'thesis.tex'), 'utf8')).toBe('all of it');
  });

  test('runs/ may itself be a link to a place with more space', async () => {
    const { folder, real } = await withRuns(ONE);
    const scratch = join(emptyFolder(), 'scratch');
    cpSync(join(folder, 'runs'), scratch, { recursive: true });
    renameSync(join(folder, 'runs'), join(folder, 'before'));
    symlinkSync(scratch, join(folder, 'runs'));
    expect((await llc(folder, ['clean', ONE, '--yes'])).exitCode).toBe(0);
    expect(readdirSync(scratch)).toEqual([real]);
    expect(readdirSync(join(folder, 'before'))).toHaveLength(2);
  });
});

test.each([
  ['nothing asked for', [], 'Give ids, --older-than=30d or --failed'],
  ['an age in other words', ['--older-than=a month'], '45m, 12h, 30d, 2w'],
  ['an id that is not there', [ONE, TWO], `no run ${TWO} in runs`],
  ['a file for a folder', [ONE, '--runs-dir=file'], 'is no folder'],
  ['no folder at all', [ONE, '--runs-dir='], 'is no folder'],
])('%s is refused before anything is removed', async (_, args, words) => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'runs', ONE), { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  const { stderr, exitCode } = await llc(folder, ['clean', '--yes', ...args]);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(exitCode).toBe(64);
  expect(runsOf(folder)).toEqual([ONE]);
});

test('a problem’s name cannot write to the terminal', async () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'runs', ONE), { recursive: true });
  const config = { target: '\u001b]0;x\u0007two\nlines', sampler: 'hmc', seed: 1 };
  writeFileSync(join(folder, 'runs', ONE, 'config.json'), JSON.stringify(config));
  const { stdout } = await llc(folder, ['clean', '--failed']);
  expect(stdout).toContain('two lines s1 hmc');
  expect(stdout).not.toContain('\u001b');
});
