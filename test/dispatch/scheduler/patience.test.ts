import { expect, test } from 'vitest';
import { LlcError } from '../../../src/dispatch/errors.ts';
import { patiently } from '../../../src/dispatch/scheduler/patience.ts';

const FULL = new LlcError(75, 'The disc is full.', 'Free space.');

/** A clock that sleeps in no time, and what was told meanwhile. */
function waitingRoom(limitMs = 3_600_000) {
  const told: (string | null)[] = [];
  const slept: number[] = [];
  let now = 0;
  const stop = new AbortController();
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
  const tell = (text: string | null) => void told.push(text);
  return { told, slept, stop, patience: { clock, signal: stop.signal, limitMs, tell } };
}

function failing(times: number, error: Error): () => Promise<string> {
  let left = times;
  return async () => {
    if (left-- > 0) throw error;
    return 'written';
  };
}

test('what succeeds at once waits for nothing and tells nothing', async () => {
  const { told, slept, patience } = waitingRoom();
  expect(await patiently(failing(0, FULL), patience)).toBe('written');
  expect([told, slept]).toEqual([[], []]);
});

test('a full disc is waited for, ever longer, until there is room, and told each time', async () => {
  const { told, slept, patience } = waitingRoom();
  expect(await patiently(failing(6, FULL), patience)).toBe('written');
  expect(slept).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(told).toEqual([...Array(6).fill('The disc is full. Free space.'), null]);
});

test('it ends at its limit with the last trouble', async () => {
  const { slept, patience } = waitingRoom(10_000);
  await expect(patiently(failing(1000, FULL), patience)).rejects.toBe(FULL);
  expect(slept).toEqual([1000, 2000, 4000, 8000]);
});

test('it ends at once where the dispatcher is told to go, and for any other error', async () => {
  const { stop, patience } = waitingRoom();
  const bug = new TypeError('a bug');
  await expect(patiently(failing(1, bug), patience)).rejects.toBe(bug);
  stop.abort();
  await expect(patiently(failing(1, FULL), patience)).rejects.toBe(FULL);
});
