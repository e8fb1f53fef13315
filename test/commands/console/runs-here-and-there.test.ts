import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cleanFromConsole } from '../../../src/commands/console/clean-from-console.ts';
import { createPuller } from '../../../src/commands/console/pull-runs.ts';
import { watchStoredRuns } from '../../../src/commands/console/stored-runs-watch.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { Storage } from '../../../src/dispatch/backend.ts';

const NEVER = new AbortController().signal;
const [ONE, TWO, THREE] = ['111111111111', '222222222222', '333333333333'] as const;
const NOTHING_IN_USE = async () => ({ byRun: new Map<string, string>(), everything: null });

let folder = '';
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'llc-runs-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function runHere(runId: string, code = 'own'): Promise<void> {
  const dir = join(folder, 'runs', runId);
  await mkdir(dir, { recursive: true });
  const config = { target: 'quadratic', sampler: 'hmc', seed: 1 };
  const texts = {
    'config.json': JSON.stringify(config),
    'metrics.json': JSON.stringify({ code_version: code }),
  };
  const files: Record<string, { sha256: string; bytes: number }> = {};
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(dir, name), text);
    files[name] = {
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: text.length,
    };
  }
  await writeFile(join(dir, 'manifest.json'), JSON.stringify({ run_id: runId, files }));
}

async function planNames(runId: string): Promise<void> {
  const { dir, plan } = sweepLayout(join(folder, 'sweeps'), 's');
  await mkdir(dir, { recursive: true });
  const job = { jobId: 'small-hmc-7', problem: 'small', sampler: 'hmc', seed: 7, runId };
  await writeFile(plan, JSON.stringify({ codeVersion: 'own', jobs: [job] }));
}

function storageOf(runs: Record<string, number>, asked: string[] = []): Storage {
  return {
    async list() {
      asked.push('list');
      return Object.entries(runs).map(([runId, bytes]) => ({
        runId,
        bytes,
        modified: '2026-11-23T12:00:00Z',
      }));
    },
    async pull(runIds, _dir, _signal, onProgress) {
      return runIds.map((runId) => {
        const total = runs[runId];
        if (total === undefined)
          return { stage: 'collect', errorType: 'lost', error: `${runId} is gone.`, traceback: '' };
        onProgress?.(runId, total / 2, total);
        onProgress?.(runId, total, total);
        return null;
      });
    },
    async remove(runIds) {
      for (const runId of runIds) delete runs[runId];
      return runIds.map(() => null);
    },
  };
}

function watch(storage: Storage | null, inUse = NOTHING_IN_USE) {
  return watchStoredRuns(
    {
      runsDir: join(folder, 'runs'),
      sweepsDir: join(folder, 'sweeps'),
      inUse,
      there: storage === null ? null : { name: 'volume llc-runs', storage },
      underWay: new Map([[THREE, { bytes: 1, total: 4, bytesPerS: null }]]),
    },
    'own',
  );
}

describe('runs here and there', () => {
  test('are told once each, with their job, their state and what is under way', async () => {
    await runHere(ONE);
    await runHere(TWO, 'other');
    await planNames(ONE);
    const look = watch(storageOf({ [ONE]: 100, [THREE]: 300 }));
    const { runs, there } = await look(0, NEVER);
    expect(there).toBe('volume llc-runs');
    const byId = Object.fromEntries(runs.map((run) => [run.runId, run]));
    expect(Object.keys(byId).sort()).toEqual([ONE, TWO, THREE]);
    expect(byId[ONE]).toMatchObject({ job: 'small s7 hmc', there: 100, state: 'whole' });
    expect(byId[ONE]?.files?.map(({ name }) => name)).toEqual(['config.json', 'metrics.json']);
    expect(byId[TWO]).toMatchObject({ job: 'quadratic s1 hmc', there: null, state: 'older code' });
    expect(byId[THREE]).toMatchObject({ here: null, there: 300, pulling: { bytes: 1, total: 4 } });
  });

  test('that others bring here are under way, each until it is whole', async () => {
    await runHere(ONE);
    const look = watch(storageOf({ [ONE]: 4, [TWO]: 4 }));
    const pulls = new Map([
      [ONE, { bytes: 4, total: 4, bytesPerS: 2 }],
      [TWO, { bytes: 1, total: 4, bytesPerS: 2 }],
    ]);
    const { runs } = await look(0, NEVER, false, pulls);
    const pulling = Object.fromEntries(runs.map((run) => [run.runId, run.pulling]));
    expect(pulling).toMatchObject({ [ONE]: null, [TWO]: { bytes: 1, bytesPerS: 2 } });
  });

  test('a copy that was pulled today is as old as the run that it is a copy of', async () => {
    await runHere(ONE);
    const { runs } = await watch(storageOf({ [ONE]: 4 }))(0, NEVER);
    expect(runs.find(({ runId }) => runId === ONE)?.madeAt).toBe(
      Math.min(Date.parse('2026-11-23T12:00:00Z'), Date.now()),
    );
  });

  test('that are here are told also while the other place does not answer', async () => {
    await runHere(ONE);
    let answers = false;
    const storage = storageOf({ [TWO]: 4 });
    const look = watch({
      ...storage,
      list: (signal) =>
        answers ? storage.list(signal) : Promise.reject(new Error('The volume is away.')),
    });
    const away = await look(0, NEVER);
    expect(away.thereTrouble).toBe('The volume is away.');
    expect(away.runs.map(({ runId }) => runId)).toContain(ONE);
    answers = true;
    const back = await look(0, NEVER, true);
    expect(back).not.toHaveProperty('thereTrouble');
    expect(back.runs.map(({ runId }) => runId)).toContain(TWO);
  });

  test('are seen to come, to break and to go', async () => {
    const look = watch(null);
    const ids = async () => (await look(0, NEVER)).runs.filter(({ here }) => here !== null);
    expect(await ids()).toEqual([]);
    await runHere(ONE);
    expect(await ids()).toMatchObject([{ runId: ONE, state: 'whole' }]);
    await rm(join(folder, 'runs', ONE, 'metrics.json'));
    expect(await ids()).toMatchObject([{ runId: ONE, state: 'broken' }]);
    await rm(join(folder, 'runs', ONE), { recursive: true });
    expect(await ids()).toEqual([]);
  });

  test('the other place is not asked at each look', async () => {
    const asked: string[] = [];
    const look = watch(storageOf({}, asked));
    for (const now of [0, 1000, 29_999, 30_000]) await look(now, NEVER);
    expect(asked).toHaveLength(2);
    await look(30_001, NEVER, true);
    expect(asked).toHaveLength(3);
  });
});

describe('pulling from the console', () => {
  test('tells how far each run is, and what came of it', async () => {
    let now = 0;
    const seen: (number | null)[] = [];
    const puller = createPuller(storageOf({ [ONE]: 2_000_000 }), folder, {
      clock: () => (now += 500),
      onChange: () => seen.push(puller.underWay.get(ONE)?.bytes ?? null),
    });
    expect(await puller.pull([ONE, TWO], NEVER)).toBe(`1 pulled, 2.0 MB, 1 not: ${TWO} is gone.`);
    expect(seen).toEqual([0, 1_000_000, 2_000_000, null]);
    expect(puller.underWay.size).toBe(0);
  });

  test('a place that fails as a whole is told in words, and nothing stays under way', async () => {
    const storage = { pull: () => Promise.reject(new Error('The volume does not answer.')) };
    const puller = createPuller(storage, folder);
    expect(await puller.pull([ONE], NEVER)).toBe('Not pulled: The volume does not answer.');
    expect(puller.underWay.size).toBe(0);
  });
});

describe('cleaning from the console', () => {
  const places = (runs: Record<string, number>, inUse = NOTHING_IN_USE) => ({
    runsDir: join(folder, 'runs'),
    storeDir: join(folder, '.llc'),
    inUse,
    storage: storageOf(runs),
  });

  test('elsewhere: what is free goes, what has come into use stays', async () => {
    const runs: Record<string, number> = { [ONE]: 1_800_000_000, [TWO]: 5 };
    const inUse = async () => ({ byRun: new Map([[TWO, 'sweep s']]), everything: null });
    const words = await cleanFromConsole(
      { where: 'there', runIds: [ONE, TWO] },
      places(runs, inUse),
      Date.now(),
      NEVER,
    );
    expect(words).toBe('1 removed, 1.8 GB freed. 1 kept: a live sweep uses it.');
    expect(Object.keys(runs)).toEqual([TWO]);
  });

  test('here: the folder goes', async () => {
    await runHere(ONE);
    const words = await cleanFromConsole(
      { where: 'here', runIds: [ONE] },
      places({}),
      Date.now(),
      NEVER,
    );
    expect(words).toMatch(/^1 removed, [\d.]+ k?B freed\.$/);
    expect(existsSync(join(folder, 'runs', ONE))).toBe(false);
  });

  test('a run that was at both places is counted once', async () => {
    await runHere(ONE);
    const both = { where: 'both', runIds: [ONE] } as const;
    const words = await cleanFromConsole(both, places({ [ONE]: 5 }), Date.now(), NEVER);
    expect(words).toMatch(/^1 removed, .* freed\.$/);
  });

  test('a place that fails is told, the other is cleaned all the same', async () => {
    await runHere(ONE);
    const broken = {
      ...places({}),
      storage: { ...storageOf({}), list: () => Promise.reject(new Error('No answer.')) },
    };
    const words = await cleanFromConsole(
      { where: 'both', runIds: [ONE] },
      broken,
      Date.now(),
      NEVER,
    );
    expect(words).toMatch(/^1 removed, .* freed\. 1 not removed: No answer\.$/);
  });
});
