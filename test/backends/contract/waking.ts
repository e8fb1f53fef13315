import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { comesBack } from './comes-back.ts';
import { NEVER } from './harness.ts';

export function waking(at: Bench): void {
  test('whoever waits is woken by an end', async () => {
    const handle = await at.start('ends ok');
    while ((await at.look(handle)).kind !== 'ended') {
      let woken = false;
      const waking = at.backend.wake?.(NEVER).then(() => {
        woken = true;
      });
      while (!woken) await at.harness.pass();
      await waking;
    }
    expect((await at.look(handle)).kind).toBe('ended');
  });

  test('who waits and is aborted comes back promptly', async () => {
    const over = new AbortController();
    const waking = at.backend.wake?.(over.signal);
    over.abort();
    expect(await comesBack(waking)).toBe(true);
  });
}
