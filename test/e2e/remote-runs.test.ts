import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runExists } from '../../src/dispatch/artifacts/manifest.ts';
import { type Plane, startPlane } from '../modal-plane/plane.ts';
import { ourVolume, storeRun } from '../modal-plane/store-run.ts';
import { emptyFolder, llc } from './llc.ts';

const ONE = '0123456789ab';
const TWO = 'ba9876543210';

let plane: Plane;
let folder: string;
beforeEach(async () => {
  plane = await startPlane();
  folder = emptyFolder();
  for (const runId of [ONE, TWO]) await storeRun(plane, runId);
});
afterEach(() => plane.close());

const run = (...args: string[]) =>
  llc(folder, args, { ...plane.environment } as Record<string, string>);

describe('llc pull-runs', () => {
  test('brings the newest where none is named', async () => {
    const { committed } = await ourVolume(plane);
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const name of readdirSync(join(committed, ONE)))
      utimesSync(join(committed, ONE, name), hourAgo, hourAgo);
    const { stdout, exitCode } = await run('pull-runs');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/1 run pulled into runs\/\.$/)]);
    expect(readdirSync(join(folder, 'runs'))).toEqual([TWO]);
    const again = await run('pull-runs');
    expect(again.stdout).toBe(`${TWO} is in runs/ already. --all brings all that are not.`);
    expect(again.exitCode).toBe(0);
  });

  test('with --all it brings all that are not here, each whole', async () => {
    const first = await run('pull-runs', '--all');
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/2 runs pulled into runs\/\.$/);
    for (const runId of [ONE, TWO]) expect(await runExists(join(folder, 'runs', runId))).toBe(true);
    const again = await run('pull-runs', '--all');
    expect(again.stdout).toBe('0 runs pulled into runs/. 2 were here.');
    expect((await run('pull-runs', ONE, '--all')).exitCode).toBe(64);
  });

  test('brings those that are named, where it is told to', async () => {
    const { exitCode } = await run('pull-runs', ONE, '--target=elsewhere');
    expect(exitCode).toBe(0);
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([ONE]);
  });

  test('goes on where it was broken off', async () => {
    plane.volumes.breakOffAfter = 20_000;
    const first = await run('pull-runs', ONE);
    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain('Pull it again: it goes on from there');
    const { stdout } = await run('pull-runs', ONE, '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ run_id: ONE, state: 'pulled' }]);
    expect(await runExists(join(folder, 'runs', ONE))).toBe(true);
  });

  test('says what is not there, and what is no id', async () => {
    const missing = await run('pull-runs', 'aaaaaaaaaaaa');
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain('There is no run aaaaaaaaaaaa on the volume');
    expect((await run('pull-runs', '../etc')).exitCode).toBe(64);
    expect((await run('pull-runs', '--from=moon')).exitCode).toBe(64);
  });

  test('without a token it says where one comes from', async () => {
    plane.faults.add({ on: 'authTokenGet', code: 16, details: 'no such token' });
    const { exitCode, stderr } = await run('pull-runs');
    expect(exitCode).toBe(69);
    expect(stderr).toContain('MODAL_TOKEN_ID');
  });
});

describe('llc clean --remote', () => {
  const left = async () => readdirSync((await ourVolume(plane)).committed).sort();

  test('shows what it would remove, and removes it when told to', async () => {
    const shown = await run('clean', '--remote', ONE);
    expect(shown.stdout).toContain(ONE);
    expect(shown.exitCode).toBe(64);
    expect(await left()).toEqual([ONE, TWO]);
    const { stdout, exitCode } = await run('clean', '--remote', ONE, '--yes');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Removed 1 run')]);
    expect(await left()).toEqual([TWO]);
  });

  test('leaves the runs of this machine alone', async () => {
    const here = join(folder, 'runs', ONE);
    mkdirSync(here, { recursive: true });
    writeFileSync(join(here, 'x'), '');
    await run('clean', '--remote', ONE, '--yes');
    expect(existsSync(join(here, 'x'))).toBe(true);
  });

  test('refuses ids that are not there and failures it cannot see', async () => {
    expect((await run('clean', '--remote', 'aaaaaaaaaaaa', '--yes')).exitCode).toBe(64);
    expect((await run('clean', '--remote', '--failed', '--yes')).exitCode).toBe(64);
    expect(await left()).toEqual([ONE, TWO]);
  });
});
