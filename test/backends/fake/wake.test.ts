import { describe, expect, test } from 'vitest';
import { look, NEVER, setUp, setUpWith, start } from './set-up.ts';

describe('waking', () => {
  test('comes at every turn that time brings, and not before', async () => {
    const { clock, backend } = setUpWith({
      waiting: [{ reason: 'Priority', forS: 10 }],
      running: { forS: 20 },
    });
    const handle = await start(backend);
    await backend.wake?.(NEVER);
    const kinds: string[] = [];
    for (const seconds of [10, 20]) {
      let woken = false;
      const waking = backend.wake?.(NEVER).then(() => {
        woken = true;
      });
      clock.advance(seconds - 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(woken).toBe(false);
      clock.advance(1);
      await waking;
      kinds.push((await look(backend, handle)).kind);
    }
    expect(kinds).toEqual(['running', 'ended']);
  });

  test('comes when somebody brings something about, also between two waits', async () => {
    const { place, backend } = setUp({ otherwise: [{ running: { forS: null } }] });
    await start(backend);
    await backend.wake?.(NEVER);
    const waking = backend.wake?.(NEVER);
    place.end('a-hmc-1');
    await waking;
    await start(backend, 'b');
    place.end('b-hmc-1');
    await backend.wake?.(NEVER);
  });
});
