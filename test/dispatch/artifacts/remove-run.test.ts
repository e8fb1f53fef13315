import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CleanSelection, planClean } from '../../../src/dispatch/artifacts/clean-plan.ts';
import { cleanRuns } from '../../../src/dispatch/artifacts/clean-runs.ts';
import { RUN_FILES, runDir } from '../../../src/dispatch/artifacts/layout.ts';
import { removeRun } from '../../../src/dispatch/artifacts/remove-run.ts';
import { writeRun } from '../../../src/dispatch/artifacts/run-writer.ts';
import type { RunsInUse } from '../../../src/dispatch/artifacts/runs-in-use.ts';
import {
  finishRemovals,
  mendReplaced,
  stagedName,
  stagingDir,
} from '../../../src/dispatch/artifacts/staging.ts';
import {
  storedRun,
  storedRunIds,
  storedRuns,
} from '../../../src/dispatch/artifacts/stored-runs.ts';

const ONE = '000000000001';
const TWO = '000000000002';
const CONFIG = '{"target":"mlp","sampler":"hmc","seed":7}';
const METRICS = '{}';
const FREE: RunsInUse = { byRun: new Map(), everything: null };
let root: string;
let place: { runsDir: string; storeDir: string };
let staging: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'llc-remove-')));
  place = { runsDir: join(root, 'runs'), storeDir: join(root, '.llc') };
  staging = await stagingDir(place.runsDir, place.storeDir);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const path = (runId: string) => runDir(place.runsDir, runId);
const write = (runId: string) =>
  writeRun(place, runId, {
    [RUN_FILES.config]: CONFIG,
    [RUN_FILES.metrics]: METRICS,
  });
const remove = (runId: string) => removeRun(place.runsDir, staging, runId);

describe('removing a run', () => {
  test('takes it and nothing else', async () => {
    await write(ONE);
    await write(TWO);
    expect(await remove(ONE)).toEqual({ state: 'removed' });
    expect(await readdir(place.runsDir)).toEqual([TWO]);
    expect(await readdir(staging)).toEqual([]);
  });

  test('removes a link inside, never what it leads to', async () => {
    await write(ONE);
    await mkdir(join(root, 'precious'));
    await writeFile(join(root, 'precious', 'thesis.tex'), 'all of it');
    await mkdir(join(path(ONE), 'analysis'));
    await symlink(join(root, 'precious'), join(path(ONE), 'analysis', 'folder'));
    await symlink(join(root, 'precious', 'thesis.tex'), join(path(ONE), 'file'));
    expect(await remove(ONE)).toEqual({ state: 'removed' });
    expect(await readFile(join(root, 'precious', 'thesis.tex'), 'utf8')).toBe('all of it');
  });

  test('leaves a link that has a run’s name, and what it leads to', async () => {
    await mkdir(join(root, 'precious'));
    await symlink(join(root, 'precious'), path(ONE));
    expect(await remove(ONE)).toMatchObject({ state: 'failed' });
    expect(await readdir(place.runsDir)).toEqual([ONE]);
    expect(existsSync(join(root, 'precious'))).toBe(true);
  });

  test.each(['..', '.', '', '/', '../runs', `${ONE}/..`, `/${ONE}`, `${ONE}0`, 'ABCDEF012345'])(
    'refuses %j, which is no id',
    async (runId) => {
      await write(ONE);
      await expect(remove(runId)).rejects.toThrow('no run id');
      expect(await readdir(place.runsDir)).toEqual([ONE]);
    },
  );

  test('tells that somebody else was quicker', async () => {
    expect(await remove(ONE)).toEqual({ state: 'absent' });
  });

  test('tells what stands in the way, and the run stays whole', async () => {
    await write(ONE);
    const end = await removeRun(place.runsDir, join(root, 'nowhere'), ONE);
    expect(end).toMatchObject({ state: 'failed', why: expect.stringContaining('ENOENT') });
    expect(await storedRun(place.runsDir, ONE)).toMatchObject({ kind: 'run', fault: null });
  });
});

describe('a removal that died half-way', () => {
  /** No process has it: Linux numbers end at 2^22. */
  const DEAD_PID = 2 ** 22 + 1;
  const leftOf = (name: string) => join(staging, name.replace(`~${process.pid}~`, `~${DEAD_PID}~`));

  test('leaves no run, and never gives one back', async () => {
    await write(ONE);
    await rename(path(ONE), leftOf(stagedName(ONE, 'gone')));
    await mendReplaced(staging, ONE, path(ONE));
    expect(await readdir(place.runsDir)).toEqual([]);
    expect(await readdir(staging)).toEqual([]);
  });

  test('is finished by the next one; what other processes stage stays', async () => {
    await mkdir(leftOf(stagedName(ONE, 'gone')));
    const others = [stagedName(ONE, 'gone'), stagedName(TWO, 'new')];
    for (const name of others) await mkdir(join(staging, name));
    const old = leftOf(stagedName(TWO, 'old'));
    await mkdir(old);
    await finishRemovals(staging);
    const left = (await readdir(staging)).map((name) => join(staging, name));
    expect(left.sort()).toEqual([...others.map((name) => join(staging, name)), old].sort());
  });
});

describe('the list of runs', () => {
  test('holds size, age, job and wholeness, and no hidden or foreign names', async () => {
    await write(ONE);
    await mkdir(join(path(TWO), 'analysis'), { recursive: true });
    await writeFile(join(path(TWO), 'analysis', 'a'), '12345');
    await symlink('/', join(path(TWO), 'root'));
    for (const name of ['.staging', 'notes', 'ABCDEF012345']) {
      await mkdir(join(place.runsDir, name));
    }
    const manifest = join(path(ONE), RUN_FILES.manifest);
    await utimes(manifest, 1000, 1000);
    expect(await storedRunIds(place.runsDir)).toEqual([ONE, TWO]);
    const [whole, broken] = await storedRuns(place.runsDir, [ONE, TWO, '00000000000f']);
    const bytes = CONFIG.length + METRICS.length + (await readFile(manifest)).length;
    expect(whole).toEqual({
      kind: 'run',
      runId: ONE,
      job: { problem: 'mlp', sampler: 'hmc', seed: 7 },
      bytes,
      modified: 1_000_000,
      fault: null,
    });
    // The link counts with the length of what it says.
    expect(broken).toMatchObject({ job: null, bytes: 6, fault: 'not whole: no manifest' });
  });

  test('sees a changed length, a link and a file', async () => {
    await write(ONE);
    await writeFile(join(path(ONE), RUN_FILES.metrics), '{"more":1}');
    expect(await storedRun(place.runsDir, ONE)).toMatchObject({
      fault: 'not whole: files not as in the manifest',
    });
    await symlink(ONE, path(TWO));
    expect(await storedRun(place.runsDir, TWO)).toMatchObject({ kind: 'link' });
    await rm(path(TWO));
    await writeFile(path(TWO), '');
    expect(await storedRun(place.runsDir, TWO)).toMatchObject({ kind: 'file' });
  });
});

describe('a clean-up between its plan and its end', () => {
  const BOTH: CleanSelection = { runIds: new Set([ONE, TWO]), olderThan: null, failed: false };
  const NOW = Date.now() + 1000;
  const planned = async (selection: CleanSelection) =>
    planClean(await storedRuns(place.runsDir, [ONE, TWO]), selection, FREE, NOW);
  const carryOut = async (
    plan: Awaited<ReturnType<typeof planned>>,
    selection: CleanSelection,
    inUse: () => Promise<RunsInUse> = async () => FREE,
    signal: AbortSignal = new AbortController().signal,
  ) => {
    const end = await cleanRuns(plan, selection, { ...place, inUse }, NOW, signal);
    return { ...end, removed: end.removed.map(({ run }) => run.runId) };
  };
  beforeEach(async () => {
    await write(ONE);
    await write(TWO);
  });

  test('keeps what a sweep has begun to use meanwhile', async () => {
    const plan = await planned(BOTH);
    let asked = 0;
    const inUse = async () => {
      asked += 1;
      return asked === 1 ? FREE : { byRun: new Map([[TWO, 'just begun']]), everything: null };
    };
    const end = await carryOut(plan, BOTH, inUse);
    expect(end.removed).toEqual([ONE]);
    expect(end.kept).toEqual([{ runId: TWO, why: 'just begun' }]);
    expect(await readdir(place.runsDir)).toEqual([TWO]);
  });

  test('keeps what has been computed again meanwhile', async () => {
    await rm(join(path(ONE), RUN_FILES.manifest));
    const failed = { runIds: null, olderThan: null, failed: true };
    const plan = await planned(failed);
    expect(plan.remove).toHaveLength(1);
    await write(ONE);
    const end = await carryOut(plan, failed);
    expect(end).toMatchObject({ removed: [], kept: [{ runId: ONE }] });

    const again = await planned(BOTH);
    await utimes(join(path(ONE), RUN_FILES.manifest), 1000, 1000);
    const second = await carryOut(again, BOTH);
    expect(second).toMatchObject({ removed: [TWO], kept: [{ runId: ONE }] });
  });

  test('tells what somebody else removed, and goes on', async () => {
    const plan = await planned(BOTH);
    await rm(path(ONE), { recursive: true });
    const end = await carryOut(plan, BOTH);
    expect(end).toMatchObject({ removed: [TWO], failed: [{ runId: ONE }] });
  });

  test('stops between two runs when it is interrupted', async () => {
    const plan = await planned(BOTH);
    const interrupt = new AbortController();
    const inUse = async () => {
      interrupt.abort();
      return FREE;
    };
    expect((await carryOut(plan, BOTH, inUse, interrupt.signal)).removed).toEqual([ONE]);
    expect(await storedRun(place.runsDir, TWO)).toMatchObject({ fault: null });
  });
});
