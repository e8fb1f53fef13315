import { describe, expect, test } from 'vitest';
import type { Draw, Sampler } from '../../../src/compute/samplers/sampler.ts';
import { advanceInBlocks } from '../../../src/dispatch/work/advance-in-blocks.ts';

/** Counts transitions; each takes `cost` seconds of a clock of its own. */
function counting(warmup: number, total: number, cost: number) {
  let done = 0;
  let seconds = 100;
  const blocks: number[] = [];
  const sampler: Sampler = {
    total,
    warmup,
    get done() {
      return done;
    },
    work: { sampling: 0, warmup: 0, evaluation: 0 },
    adaptation: {},
    advance: async (transitions) => {
      const end = done < warmup ? warmup : total;
      const now = Math.min(transitions, end - done);
      blocks.push(now);
      const draws = Array.from({ length: done < warmup ? 0 : now }, (_, i) => draw(done + i));
      done += now;
      seconds += now * cost;
      return draws;
    },
    save: () => Promise.reject(new Error('not asked for')),
    restore: () => {},
  };
  return { sampler, clock: () => seconds, blocks };
}

const draw = (transition: number): Draw => ({
  transition,
  loss: [0],
  stats: {},
  meters: null,
  position: null,
});
const never = new Promise<never>(() => {});
const afresh = { spent: { warmup: 0, sampling: 0 }, onStop: async () => {} };

describe('the loop of blocks', () => {
  test('does every transition once, and tells warm-up time from sampling time', async () => {
    const { sampler, clock, blocks } = counting(300, 1000, 0.01);
    const seen: number[] = [];
    const times = await advanceInBlocks({
      ...afresh,
      sampler,
      clock,
      stop: new AbortController().signal,
      engineFailed: never,
      onBlock: async (draws) => {
        seen.push(...draws.map(({ transition }) => transition));
        return true;
      },
    });
    expect(seen).toEqual(Array.from({ length: 700 }, (_, i) => 300 + i));
    expect(times.warmup).toBeCloseTo(3, 9);
    expect(times.sampling).toBeCloseTo(7, 9);
    expect(Math.max(...blocks)).toBeLessThanOrEqual(50);
    expect(blocks.length).toBeLessThan(30);
  });

  test('ends between blocks when asked to stop, with the reason', async () => {
    const { sampler, clock } = counting(0, 1000, 1);
    const stop = new AbortController();
    const loop = advanceInBlocks({
      ...afresh,
      sampler,
      clock,
      stop: stop.signal,
      engineFailed: never,
      onBlock: async () => {
        if (sampler.done === 5) stop.abort('SIGTERM');
        return true;
      },
    });
    await expect(loop).rejects.toBe('SIGTERM');
    expect(sampler.done).toBe(5);
  });

  test('tells before it ends that it does, and goes on counting from what was spent before', async () => {
    const { sampler, clock } = counting(2, 1000, 1);
    const stop = new AbortController();
    const told: unknown[] = [];
    const loop = advanceInBlocks({
      spent: { warmup: 10, sampling: 20 },
      sampler,
      clock,
      stop: stop.signal,
      engineFailed: never,
      onBlock: async (_, spent) => {
        if (sampler.done === 5) stop.abort('SIGUSR2');
        told.push([sampler.done, spent]);
        return true;
      },
      onStop: async (spent) => void told.push(['stop', spent]),
    });
    await expect(loop).rejects.toBe('SIGUSR2');
    expect(told.at(0)).toEqual([1, { warmup: 11, sampling: 20 }]);
    expect(told.at(-2)).toEqual([5, { warmup: 12, sampling: 23 }]);
    expect(told.at(-1)).toEqual(['stop', { warmup: 12, sampling: 23 }]);
  });

  test('ends when there is nothing left to hope for', async () => {
    const { sampler, clock } = counting(0, 1000, 1);
    await advanceInBlocks({
      ...afresh,
      sampler,
      clock,
      stop: new AbortController().signal,
      engineFailed: never,
      onBlock: async () => sampler.done < 3,
    });
    expect(sampler.done).toBe(3);
  });

  test('ends with the engine, although the sampler waits for it for ever', async () => {
    const { sampler, clock } = counting(0, 10, 1);
    const loop = advanceInBlocks({
      ...afresh,
      sampler: { ...sampler, done: 0, total: 10, advance: () => never },
      clock,
      stop: new AbortController().signal,
      engineFailed: Promise.reject(new Error('a thread ended')),
      onBlock: async () => true,
    });
    await expect(loop).rejects.toThrow('a thread ended');
  });
});
