import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RUN_FILES, runDir } from '../../../src/dispatch/artifacts/layout.ts';
import { runExists, sha256Of } from '../../../src/dispatch/artifacts/manifest.ts';
import { metricsText } from '../../../src/dispatch/artifacts/metrics-text.ts';
import { writeRun } from '../../../src/dispatch/artifacts/run-writer.ts';
import { mendReplaced, stagedName, stagingDir } from '../../../src/dispatch/artifacts/staging.ts';

const RUN = '0123456789ab';
let root: string;
let place: { runsDir: string; storeDir: string };
let path: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llc-run-'));
  place = { runsDir: join(root, 'runs'), storeDir: join(root, '.llc') };
  path = runDir(place.runsDir, RUN);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const files = (mark: string) => ({
  [RUN_FILES.config]: '{}\n',
  [RUN_FILES.metrics]: metricsText({ mark }),
});
const markOf = async () =>
  JSON.parse(await readFile(join(path, RUN_FILES.metrics), 'utf8')).mark as string;

describe('a run', () => {
  test('exists when every file is as the manifest says, and is all that runs/ shows', async () => {
    expect(await runExists(path)).toBe(false);
    expect(await writeRun(place, RUN, files('one'))).toBe(path);
    expect(await runExists(path)).toBe(true);
    expect(await readdir(place.runsDir)).toEqual([RUN]);
    const manifest = JSON.parse(await readFile(join(path, RUN_FILES.manifest), 'utf8'));
    expect(manifest.files[RUN_FILES.metrics]).toEqual({
      sha256: sha256Of(metricsText({ mark: 'one' })),
      bytes: metricsText({ mark: 'one' }).length,
    });
  });

  test('does not exist with a changed, missing or longer file, or with a broken manifest', async () => {
    const metrics = join(path, RUN_FILES.metrics);
    await writeRun(place, RUN, files('one'));
    await writeFile(metrics, metricsText({ mark: 'two' }));
    expect(await runExists(path)).toBe(false);
    expect(await runExists(path, 'sizes')).toBe(true);
    await appendFile(metrics, ' ');
    expect(await runExists(path, 'sizes')).toBe(false);
    await rm(metrics);
    expect(await runExists(path)).toBe(false);
    for (const text of ['', '{', 'null', '{}', '{"run_id":"x","files":{"../config.json":{}}}']) {
      await writeFile(join(path, RUN_FILES.manifest), text);
      expect(await runExists(path)).toBe(false);
    }
  });

  test('is still itself with an analysis beside it', async () => {
    await writeRun(place, RUN, files('one'));
    await mkdir(join(path, 'analysis'));
    expect(await runExists(path)).toBe(true);
  });

  test('is replaced whole, and nothing is left over', async () => {
    await writeRun(place, RUN, { ...files('one'), 'old.nc': 'draws' });
    await writeRun(place, RUN, files('two'));
    expect((await readdir(path)).sort()).toEqual(['config.json', 'manifest.json', 'metrics.json']);
    expect(await markOf()).toBe('two');
    expect(await runExists(path)).toBe(true);
    expect(await readdir(await stagingDir(place.runsDir, place.storeDir))).toEqual([]);
  });

  test('takes the place of an empty or broken folder', async () => {
    await mkdir(path, { recursive: true });
    await writeRun(place, RUN, files('one'));
    await rm(join(path, RUN_FILES.manifest));
    await writeRun(place, RUN, files('two'));
    expect(await runExists(path)).toBe(true);
    expect(await markOf()).toBe('two');
  });

  test('gets its name back when the writer that moved it aside died', async () => {
    await writeRun(place, RUN, files('one'));
    const staging = await stagingDir(place.runsDir, place.storeDir);
    await rename(path, join(staging, stagedName(RUN, 'old')));
    await mendReplaced(staging, RUN, path);
    expect(await runExists(path)).toBe(true);
    expect(await markOf()).toBe('one');
  });
});

test('numbers that JSON lacks become null, others keep all digits, keys their order', () => {
  const text = metricsText({ b: Number.NaN, a: [1 / 3, Number.POSITIVE_INFINITY], c: 'x' });
  expect(Object.entries(JSON.parse(text))).toEqual([
    ['b', null],
    ['a', [1 / 3, null]],
    ['c', 'x'],
  ]);
});

describe('writers in processes of their own', () => {
  const writers: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(writers.splice(0).map(killed));
  });
  const program = fileURLToPath(new URL('write-runs-forever.ts', import.meta.url));
  async function startWriter(): Promise<ChildProcess> {
    const writer = spawn(process.execPath, [program, place.runsDir, place.storeDir, RUN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    writers.push(writer);
    await once(writer.stdout, 'data');
    return writer;
  }

  test('leave a whole run however they are killed', async () => {
    await writeRun(place, RUN, files('first'));
    const staging = await stagingDir(place.runsDir, place.storeDir);
    for (let kill = 0; kill < 12; kill++) {
      const writer = await startWriter();
      // A number of looks, different each time, so that the kill meets different moments of the writer.
      for (let look = 0; look < 3 + 5 * kill; look++) await readdir(staging);
      await killed(writer);
      await mendReplaced(staging, RUN, path);
      expect(await runExists(path)).toBe(true);
      expect(await readdir(place.runsDir)).toEqual([RUN]);
      expect(await readdir(staging)).toEqual([]);
    }
  });

  test('of one run end with one whole run', async () => {
    await Promise.all([startWriter(), startWriter(), startWriter()]);
    const seen = new Set<string>();
    while (seen.size < 3) {
      const config = await readFile(join(path, RUN_FILES.config), 'utf8').catch(() => null);
      if (config !== null) seen.add(config);
    }
    await Promise.all(writers.splice(0).map(killed));
    const staging = await stagingDir(place.runsDir, place.storeDir);
    await mendReplaced(staging, RUN, path);
    expect(await runExists(path)).toBe(true);
    expect(await readdir(staging)).toEqual([]);
  });
});

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
