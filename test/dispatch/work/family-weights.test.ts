import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { familyLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { type FamilyStore, familyWeights } from '../../../src/dispatch/work/family-weights.ts';

const FAMILY = 'abcdefabcdef';
let storeDir: string;
let trained: number;
let waits: number;
let store: FamilyStore;

beforeEach(async () => {
  storeDir = await mkdtemp(join(tmpdir(), 'llc-store-'));
  trained = 0;
  waits = 0;
  store = {
    storeDir,
    familyId: FAMILY,
    signal: new AbortController().signal,
    onWait: () => {
      waits++;
    },
  };
});
afterEach(() => rm(storeDir, { recursive: true, force: true }));

const train = async () => {
  trained++;
  const position = Float64Array.of(1 / 3, -0, 1e-300, Math.PI * trained);
  return { position, loss: 0.5, steps: 7, gradientNorm: 1e-9, converged: true };
};

test('weights are trained once and come back bit for bit', async () => {
  const made = await familyWeights(store, train);
  expect(await familyWeights(store, train)).toEqual(made);
  expect(trained).toBe(1);
  expect(made.training).toMatchObject({ family_id: FAMILY, dim: 4, steps: 7, converged: true });
  expect(await readdir(join(storeDir, 'families'))).toEqual([FAMILY]);
  expect(await readdir(join(storeDir, 'staging'))).toEqual([]);
});

test('who comes while another trains waits and uses the same', async () => {
  const { promise: finish, resolve } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = familyWeights(store, async () => {
    begin();
    await finish;
    return train();
  });
  await begun;
  const { promise: waiting, resolve: wait } = Promise.withResolvers<void>();
  const second = familyWeights({ ...store, onWait: wait }, train);
  await waiting;
  resolve();
  expect(await second).toEqual(await first);
  expect(trained).toBe(1);
});

test('a failed training leaves the lock to the next', async () => {
  await expect(familyWeights(store, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await familyWeights(store, train);
  expect([trained, waits]).toEqual([1, 0]);
});

test('weights that are not what their record says are trained again', async () => {
  const files = familyLayout(storeDir, FAMILY);
  const made = await familyWeights(store, train);
  await truncate(files.weights, 8);
  const again = await familyWeights(store, train);
  expect(trained).toBe(2);
  expect(again.weights).not.toEqual(made.weights);
  await writeFile(files.training, '{ torn');
  await familyWeights(store, train);
  expect(trained).toBe(3);
  expect(await familyWeights(store, train)).toMatchObject({ training: { steps: 7 } });
  expect(trained).toBe(3);
});

async function leaveLock(holder: { host: string; pid: number }): Promise<void> {
  const { lock } = familyLayout(storeDir, FAMILY);
  await mkdir(dirname(lock), { recursive: true });
  await writeFile(lock, JSON.stringify({ ...holder, token: 'x' }));
}

test('the lock of a process of this host that is gone is broken at once', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await leaveLock({ host: hostname(), pid });
  await familyWeights(store, train);
  expect(trained).toBe(1);
});

test('the lock of another host is broken when its heartbeat has stopped', async () => {
  await leaveLock({ host: 'elsewhere', pid: 1 });
  await familyWeights({ ...store, staleMs: 1 }, train);
  expect([trained, waits]).toEqual([1, 1]);
});

test('waiting ends when the job is stopped', async () => {
  await leaveLock({ host: 'elsewhere', pid: 1 });
  const stop = new AbortController();
  const waiting = familyWeights(
    { ...store, signal: stop.signal, onWait: () => stop.abort() },
    train,
  );
  await expect(waiting).rejects.toThrow();
  expect(trained).toBe(0);
});
