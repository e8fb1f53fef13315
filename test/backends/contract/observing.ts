import { describe, expect, test } from 'vitest';
import type { JobHandle } from '../../../src/dispatch/backend.ts';
import type { Bench } from './bench.ts';
import { NEVER } from './harness.ts';
import { expectFailure, expectNumberOrNull } from './shapes.ts';

export function observing(at: Bench): void {
  describe('observing', () => {
    test('nobody tells nothing', async () => {
      expect(await at.backend.observe([], NEVER)).toEqual([]);
    });

    test('gives one answer for each handle, in order, of ended and running alike', async () => {
      const ok = await at.start('ends ok');
      const hanging = await at.start('hangs');
      const failing = await at.start('fails');
      await at.lookUntil('ended', ok);
      await at.lookUntil('running', hanging);
      await at.lookUntil('failed', failing);
      const kinds = async (handles: readonly JobHandle[]) =>
        (await at.backend.observe(handles, NEVER)).map(({ kind }) => kind);
      expect(await kinds([failing, hanging, ok])).toEqual(['failed', 'running', 'ended']);
      expect(await kinds([ok, hanging, ok])).toEqual(['ended', 'running', 'ended']);
    });

    test('tells where an attempt runs, and its own progress', async () => {
      const handle = await at.start('hangs');
      for (;;) {
        const { on, progress } = await at.lookUntil('running', handle);
        expect(on).toMatch(/\w/);
        if (progress !== null) {
          expect(progress).toMatchObject({ owner: handle.owner, beat: expect.any(Number) });
          break;
        }
        await at.harness.pass();
      }
    });

    test('tells a result as often as it is asked', async () => {
      const handle = await at.start('ends ok');
      const first = await at.lookUntil('ended', handle);
      expect(first.result).toMatchObject({ status: 'ok', owner: handle.owner, attempt: 1 });
      for (const by of [at.backend, at.backend, at.harness.laterDispatcher()])
        expect(await at.look(handle, by)).toEqual(first);
    });

    test('tells of an attempt without a result that it failed, as often as it is asked', async () => {
      const handle = await at.start('fails');
      const { failure } = await at.lookUntil('failed', handle);
      expectFailure(failure);
      for (const by of [at.backend, at.backend, at.harness.laterDispatcher()])
        expect((await at.look(handle, by)).kind).toBe('failed');
    });

    test('a later dispatcher finds a running attempt by its handle alone', async () => {
      const handle = await at.start('hangs');
      await at.lookUntil('running', handle);
      const same = JSON.parse(JSON.stringify(handle)) as JobHandle;
      expect((await at.look(same, at.harness.laterDispatcher())).kind).toBe('running');
    });

    test('takes no result of another owner or another attempt', async () => {
      const handle = await at.start('ends ok');
      await at.lookUntil('ended', handle);
      for (const stranger of [
        { ...handle, owner: 'somebody-else' },
        { ...handle, attempt: 2 },
      ])
        for (const by of [at.backend, at.harness.laterDispatcher()])
          expect((await at.look(stranger, by)).kind).not.toBe('ended');
      expect((await at.look(handle)).kind).toBe('ended');
    });
  });

  test('what was used is told for each handle, in order; of what runs it may not be known', async () => {
    const [ok, hanging] = [await at.start('ends ok'), await at.start('hangs')];
    await at.lookUntil('ended', ok);
    await at.lookUntil('running', hanging);
    expect(await at.backend.usage([], NEVER)).toEqual([]);
    const usages = await at.backend.usage([hanging, ok], NEVER);
    expect(usages).toHaveLength(2);
    for (const usage of usages) {
      if (usage === null) continue;
      expect(usage.seconds).toBeGreaterThanOrEqual(0);
      for (const key of ['cpuHours', 'gpuHours', 'cost'] as const) expectNumberOrNull(usage[key]);
    }
  });
}
