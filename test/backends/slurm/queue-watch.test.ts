import { expect, test } from 'vitest';
import type { Cluster, CommandEnd } from '../../../src/backends/slurm/cluster.ts';
import { QUEUE_PACE, queueWatch } from '../../../src/backends/slurm/queue-watch.ts';

const NEVER = new AbortController().signal;
const WELL: CommandEnd = {
  code: 0,
  stdout: '7_0|RUNNING|None|N/A|N/A|c1\n',
  stderr: '',
  timedOut: false,
};
const DOWN: CommandEnd = { code: null, stdout: '', stderr: '', timedOut: true };

/** A watch whose commands end as told, with a clock that stands still. */
function watched(answer: () => CommandEnd | Promise<CommandEnd>) {
  const calls: (readonly string[])[] = [];
  let time = 0;
  const cluster = {
    run: async (words: readonly string[]) => {
      calls.push(words);
      return answer();
    },
  } as unknown as Cluster;
  const watch = queueWatch(cluster, QUEUE_PACE, () => time);
  return {
    watch,
    calls,
    /** Asks each second of so many. */
    async pass(seconds: number, why: 'if due' | 'now' = 'if due', arrays = ['7']) {
      for (let i = 0; i < seconds; i += 1) {
        time += 1000;
        await watch.ask(arrays, why, NEVER);
      }
    },
  };
}

test('where nothing changes it is asked ever less, down to once a minute', async () => {
  const { calls, pass, watch } = watched(() => WELL);
  await pass(60);
  expect(calls.length).toBeGreaterThanOrEqual(3);
  expect(calls.length).toBeLessThanOrEqual(8);
  await pass(600);
  const before = calls.length;
  await pass(600);
  expect(calls.length - before).toBeLessThanOrEqual(13);
  expect(calls.length - before).toBeGreaterThanOrEqual(8);
  expect(watch.row('7_0')).toMatchObject({ state: 'RUNNING' });
  expect(watch.row('7_1')).toBeNull();
});

test('where something changes, every five seconds', async () => {
  let n = 0;
  const { calls, pass } = watched(() => ({
    ...WELL,
    stdout: `7_${++n}|RUNNING|None|N/A|N/A|c1\n`,
  }));
  await pass(100);
  expect(calls.length).toBeGreaterThanOrEqual(15);
  expect(calls.length).toBeLessThanOrEqual(25);
});

test('what must be known now is asked at once, but once a second at most', async () => {
  const { calls, pass, watch } = watched(() => WELL);
  await pass(10, 'now');
  expect(calls).toHaveLength(10);
  await Promise.all([1, 2, 3].map(() => watch.ask(['7'], 'now', NEVER)));
  expect(calls).toHaveLength(10);
});

test('one question at a time, whoever asks', async () => {
  const { promise, resolve } = Promise.withResolvers<CommandEnd>();
  const { calls, pass, watch } = watched(() => promise);
  const first = pass(1);
  const others = [1, 2, 3].map(() => watch.ask(['7'], 'now', NEVER));
  resolve(WELL);
  await Promise.all([first, ...others]);
  expect(calls).toHaveLength(1);
});

test('a controller in trouble is left alone for longer, and nothing is forgotten', async () => {
  let answer = WELL;
  const { calls, pass, watch } = watched(() => answer);
  await pass(1);
  answer = DOWN;
  await pass(30, 'now');
  expect(watch.trouble).toMatch(/does not answer/);
  expect(watch.row('7_0')).not.toBeNull();
  const before = calls.length;
  await pass(300, 'now');
  expect(calls.length - before).toBeLessThanOrEqual(10);
  answer = WELL;
  await pass(90);
  expect(watch.trouble).toBeNull();
});

test('nobody in the queue is not asked for', async () => {
  const { calls, pass } = watched(() => WELL);
  await pass(20, 'now', []);
  expect(calls).toEqual([]);
});

test('what is left of an array stands for its tasks, once it has ended', async () => {
  const { pass, watch } = watched(() => ({ ...WELL, stdout: '7|CANCELLED|None|N/A|N/A|\n' }));
  await pass(1);
  expect(watch.row('7_5')).toMatchObject({ state: 'CANCELLED' });
  expect(watch.row('8_5')).toBeNull();
  expect([watch.knows('7'), watch.knows('8')]).toEqual([true, false]);
});
