import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { handClock } from '../../../src/backends/fake/hand-clock.ts';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import type { Storage } from '../../../src/dispatch/backend.ts';

const NEVER = new AbortController().signal;
const DRAWS = Buffer.from(Array.from({ length: 40_000 }, (_, i) => i % 251));
const FILES = { 'config.json': '{"a":1}', 'metrics.json': '{}', 'hmc.nc': DRAWS };

let dir: string;
let place: ReturnType<typeof fakePlace>;
let storage: Storage;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-pull-'));
  const clock = handClock();
  place = fakePlace({}, clock);
  place.volume.store('run-a', FILES, clock.now());
  storage = fakeBackend(place).storage as Storage;
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a run comes with the bytes that lay there, and nothing else stays behind', async () => {
  expect(await storage.pull(['run-a'], dir, NEVER)).toEqual([null]);
  expect(readdirSync(dir)).toEqual(['run-a']);
  expect(readFileSync(join(dir, 'run-a', 'hmc.nc'))).toEqual(DRAWS);
  expect(readdirSync(join(dir, 'run-a')).sort()).toEqual(
    [...Object.keys(FILES), 'manifest.json'].sort(),
  );
});

test('a pull that is broken off says so, and the next one goes on where it was', async () => {
  place.fault({ call: 'storage.pull', does: 'break off', afterBytes: 20_000 });
  const [failure] = await storage.pull(['run-a'], dir, NEVER);
  expect(failure).toMatchObject({ stage: 'collect', errorType: 'unavailable' });
  expect(failure?.error).toContain('20000 of');
  expect(existsSync(join(dir, 'run-a'))).toBe(false);

  const told: number[] = [];
  const later = fakeBackend(place).storage as Storage;
  expect(await later.pull(['run-a'], dir, NEVER, (_, bytes) => told.push(bytes))).toEqual([null]);
  expect(told[0]).toBeGreaterThan(20_000);
  expect(readFileSync(join(dir, 'run-a', 'hmc.nc'))).toEqual(DRAWS);
});

test('a pull that is aborted stops there, and the next one goes on', async () => {
  const over = new AbortController();
  const told: number[] = [];
  const pulling = storage.pull(['run-a'], dir, over.signal, (_, bytes) => {
    told.push(bytes);
    if (bytes > 10_000) over.abort();
  });
  await expect(pulling).rejects.toThrow('aborted');
  expect(existsSync(join(dir, 'run-a'))).toBe(false);
  const before = told.at(-1) as number;
  await storage.pull(['run-a'], dir, NEVER, (_, bytes) => told.push(bytes));
  expect(Math.min(...told.slice(told.indexOf(before) + 1))).toBeGreaterThan(before);
  expect(await runExists(join(dir, 'run-a'))).toBe(true);
});

test('wherever it is broken off how often, it ends whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(45_000), { maxLength: 5 }), async (breaks) => {
      const target = mkdtempSync(join(dir, 'pull-'));
      for (const afterBytes of breaks) {
        place.fault({ call: 'storage.pull', does: 'break off', afterBytes });
        const [failure] = await storage.pull(['run-a'], target, NEVER);
        expect(existsSync(join(target, 'run-a'))).toBe(failure === null);
      }
      expect(await storage.pull(['run-a'], target, NEVER)).toEqual([null]);
      expect(await runExists(join(target, 'run-a'))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('bytes that are not those of the manifest are a failure, and are thrown away', async () => {
  place.volume.store('run-b', FILES, 0);
  place.fault({ call: 'storage.pull', does: 'corrupt', only: ['run-a'] });
  const [failure, other] = await storage.pull(['run-a', 'run-b'], dir, NEVER);
  expect(failure?.error).toContain('not those of its manifest');
  expect(other).toBeNull();
  expect(readdirSync(dir)).toEqual(['run-b']);
  expect(await storage.pull(['run-a'], dir, NEVER)).toEqual([null]);
});

test('a refusal names its reason, and the other runs come', async () => {
  place.volume.store('run-b', FILES, 0);
  const failure = { stage: 'collect', errorType: 'auth', error: 'no', traceback: '' } as const;
  const only = ['run-a'];
  for (const call of ['storage.pull', 'storage.remove'] as const)
    place.fault({ call, does: 'refuse', failure, only });
  expect(await storage.pull(['run-a', 'run-b'], dir, NEVER)).toEqual([failure, null]);
  expect(await storage.remove(['run-a', 'run-b'], NEVER)).toEqual([failure, null]);
  expect(await storage.list(NEVER)).toMatchObject([{ runId: 'run-a' }]);
});

test('a name that leads elsewhere is no run', async () => {
  place.volume.store('../elsewhere', FILES, 0);
  const [failure] = await storage.pull(['../elsewhere'], join(dir, 'runs'), NEVER);
  expect(failure?.stage).toBe('collect');
  expect(existsSync(join(dir, 'elsewhere'))).toBe(false);
});
