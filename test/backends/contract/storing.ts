import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import type { Storage } from '../../../src/dispatch/backend.ts';
import type { Bench } from './bench.ts';
import { comesBack } from './comes-back.ts';
import { NEVER } from './harness.ts';
import { expectFailure } from './shapes.ts';

export function storing(at: Bench): void {
  describe('the storage', () => {
    let dir: string;
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'llc-pulled-'));
    });
    afterEach(() => rmSync(dir, { recursive: true }));

    async function withRuns(...runIds: string[]): Promise<Storage> {
      for (const runId of runIds) await at.harness.storeRun?.(runId);
      return at.backend.storage as Storage;
    }

    test('lists what lies there', async () => {
      const storage = await withRuns('run-a', 'run-b');
      const runs = await storage.list(NEVER);
      expect(runs.map(({ runId }) => runId).sort()).toEqual(['run-a', 'run-b']);
      for (const { bytes, modified } of runs) {
        expect(bytes).toBeGreaterThan(0);
        expect(Number.isNaN(Date.parse(modified))).toBe(false);
      }
    });

    test('brings runs whole, telling how far it is', async () => {
      const storage = await withRuns('run-a', 'run-b');
      const told: Record<string, number[]> = { 'run-a': [], 'run-b': [] };
      const totals = new Set<string>();
      const answers = await storage.pull(['run-a', 'run-b'], dir, NEVER, (id, bytes, total) => {
        told[id]?.push(bytes);
        totals.add(`${id} ${total}`);
      });
      expect(answers).toEqual([null, null]);
      for (const id of ['run-a', 'run-b']) {
        expect(await runExists(join(dir, id))).toBe(true);
        expect(told[id]).toEqual([...(told[id] ?? [])].sort((a, b) => a - b));
        expect([...totals]).toContain(`${id} ${told[id]?.at(-1)}`);
      }
      expect(totals.size).toBe(2);
    });

    test('a run that is here already is whole again after another pull', async () => {
      const storage = await withRuns('run-a');
      await storage.pull(['run-a'], dir, NEVER);
      expect(await storage.pull(['run-a'], dir, NEVER)).toEqual([null]);
      expect(await runExists(join(dir, 'run-a'))).toBe(true);
    });

    test('a run that is not there is a failure of its own', async () => {
      const storage = await withRuns('run-a');
      const [missing, there] = await storage.pull(['run-none', 'run-a'], dir, NEVER);
      if (!missing) throw new Error('no failure');
      expectFailure(missing);
      expect(there).toBeNull();
      expect(existsSync(join(dir, 'run-none'))).toBe(false);
    });

    test('an aborted pull leaves nothing under the name, and another one completes it', async () => {
      const storage = await withRuns('run-a');
      const over = new AbortController();
      const pulling = storage.pull(['run-a'], dir, over.signal, () => over.abort());
      await comesBack(pulling);
      const whole = existsSync(join(dir, 'run-a'));
      expect(await runExists(join(dir, 'run-a'))).toBe(whole);
      expect(await storage.pull(['run-a'], dir, NEVER)).toEqual([null]);
      expect(await runExists(join(dir, 'run-a'))).toBe(true);
    });

    test('removes runs, also those that are gone already', async () => {
      const storage = await withRuns('run-a', 'run-b');
      expect(await storage.remove(['run-a', 'run-none'], NEVER)).toEqual([null, null]);
      const left = await storage.list(NEVER);
      expect(left.map(({ runId }) => runId)).toEqual(['run-b']);
    });
  });
}
