import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withinLimit } from '../../../src/dispatch/scheduler/within-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NEVER = new AbortController().signal;
const forever = () => new Promise<never>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('a wrapped abort')));
  });

test('an answer in time is passed on, as is an error, and no timer is left', async () => {
  expect(await withinLimit('observe', NEVER, async () => 7)).toBe(7);
  const trouble = new Error('busy');
  await expect(withinLimit('observe', NEVER, () => Promise.reject(trouble))).rejects.toBe(trouble);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['heeds its signal', untilAborted],
  ['heeds nothing', forever],
])('a call that hangs and %s ends at its limit, in words', async (_, call) => {
  const answer = expect(withinLimit('observe', NEVER, call, 60_000)).rejects.toMatchObject({
    code: 75,
    message: 'no answer to observe within 60 s',
  });
  await vi.advanceTimersByTimeAsync(62_000);
  await answer;
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['heeds its signal', untilAborted],
  ['heeds nothing', forever],
])('a dispatcher that is told to go waits no longer for a call that %s', async (_, call) => {
  const stop = new AbortController();
  const reason = new Error('SIGTERM');
  const answer = expect(withinLimit('cancel', stop.signal, call)).rejects.toBe(reason);
  stop.abort(reason);
  await vi.advanceTimersByTimeAsync(2000);
  await answer;
});
