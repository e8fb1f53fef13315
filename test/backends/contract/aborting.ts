import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { JobHandle } from '../../../src/dispatch/backend.ts';
import { type Bench, handleOf } from './bench.ts';
import { comesBack } from './comes-back.ts';
import type { Abilities } from './harness.ts';

const OVER = AbortSignal.abort();

export function aborting(at: Bench, has: Abilities): void {
  describe('a call that is aborted comes back promptly:', () => {
    const calls: Record<string, (handle: JobHandle) => Promise<unknown> | undefined> = {
      preflight: () => at.backend.preflight(at.harness.accepted, OVER),
      discover: () => at.backend.discover(OVER),
      observe: (handle) => at.backend.observe([handle], OVER),
      cancel: (handle) => at.backend.cancel([handle], OVER),
      health: () => at.backend.health(OVER),
      usage: (handle) => at.backend.usage([handle], OVER),
      ...(has.wake && { wake: () => at.backend.wake?.(OVER) }),
      ...(has.storage && {
        'storage.list': () => at.backend.storage?.list(OVER),
        'storage.pull': () => at.backend.storage?.pull(['none'], tmpdir(), OVER),
        'storage.remove': () => at.backend.storage?.remove(['none'], OVER),
      }),
    };
    test.each(Object.keys(calls))('%s', async (call) => {
      const handle = await at.start('hangs');
      await at.lookUntil('running', handle);
      expect(await comesBack(calls[call]?.(handle))).toBe(true);
    });

    test('submit, and what it may have started is found again', async () => {
      const attempt = at.harness.attempt('hangs');
      expect(await comesBack(at.submit([attempt], at.backend, OVER))).toBe(true);
      const handle = handleOf((await at.submit([attempt]))[0]);
      await at.lookUntil('running', handle);
      expect(await at.harness.timesStarted(attempt)).toBe(1);
    });
  });
}
