import { expect, test, vi } from 'vitest';
import type { Connection } from '../../../../src/backends/slurm/ssh/connect.ts';
import { link } from '../../../../src/backends/slurm/ssh/link.ts';
import { reconnectDelayMs } from '../../../../src/backends/slurm/ssh/reconnect-pace.ts';
import { signsOfLife } from '../../../../src/backends/slurm/ssh/signs-of-life.ts';
import { slots } from '../../../../src/backends/slurm/ssh/slots.ts';
import { PersonNeeded, wayTrouble } from '../../../../src/backends/slurm/ssh/ssh-trouble.ts';
import { NEVER } from './testbed.ts';

test('tries come from one second to one minute apart, and never at the same instant for all', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((n) => reconnectDelayMs(n, false, 0.999999));
  expect(delays.map((ms) => Math.round(ms / 1000))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(reconnectDelayMs(1, false, 0)).toBe(750);
  // Five failed logins in ten minutes bar an address by fail2ban's default.
  expect((5 * reconnectDelayMs(1, true, 0)) / 60_000).toBeGreaterThan(10);
});

test('a frozen link is noticed in 15 s at most, whatever is configured', () => {
  for (const seconds of [0, 1, 3, 15, 300]) {
    const { keepaliveInterval, keepaliveCountMax } = signsOfLife(seconds);
    expect(keepaliveInterval * (keepaliveCountMax + 1)).toBeLessThanOrEqual(15_000);
  }
  expect(signsOfLife(1).keepaliveInterval).toBe(1000);
});

function scripted() {
  let now = 0;
  const connect = vi.fn<(signal: AbortSignal) => Promise<Connection>>();
  const made = link('login', connect, { now: () => now, random: () => 0.999 });
  const task = vi.fn(async () => 'done');
  return { connect, task, run: () => made.command(task, NEVER), pass: (ms: number) => (now += ms) };
}

function connection() {
  const lost = new AbortController();
  const made: Connection = { ssh: {} as never, lost: lost.signal, end: () => lost.abort() };
  return { made, lose: () => lost.abort(wayTrouble('login', 'lost')) };
}

test('many who ask at once share one attempt', async () => {
  const { connect, run } = scripted();
  connect.mockResolvedValue(connection().made);
  expect(await Promise.all([run(), run(), run(), run(), run()])).toEqual(Array(5).fill('done'));
  expect(connect).toHaveBeenCalledTimes(1);
});

test('after a failure the host is left alone for a while, then tried again', async () => {
  const { connect, run, pass } = scripted();
  connect.mockRejectedValue(wayTrouble('login', 'no way'));
  await expect(run()).rejects.toThrow('no way');
  pass(900);
  await expect(run()).rejects.toMatchObject({ hint: expect.stringContaining('Next try in 1 s.') });
  expect(connect).toHaveBeenCalledTimes(1);
  pass(200);
  await expect(run()).rejects.toThrow('no way');
  expect(connect).toHaveBeenCalledTimes(2);
  pass(1500);
  await expect(run()).rejects.toThrow('no way');
  expect(connect).toHaveBeenCalledTimes(2);
});

test('where a person is needed it waits long', async () => {
  const { connect, run, pass } = scripted();
  connect.mockRejectedValue(new PersonNeeded(75, 'no key', 'ssh-add'));
  await expect(run()).rejects.toThrow('no key');
  pass(120_000);
  await expect(run()).rejects.toThrow('no key');
  expect(connect).toHaveBeenCalledTimes(1);
});

test('a link that held long is made again at once, one that fell at once is not', async () => {
  const { connect, run, pass } = scripted();
  const steady = connection();
  connect.mockResolvedValue(steady.made);
  await run();
  pass(60_000);
  steady.lose();
  const brief = connection();
  connect.mockResolvedValue(brief.made);
  expect(await run()).toBe('done');
  brief.lose();
  await expect(run()).rejects.toThrow('lost');
  expect(connect).toHaveBeenCalledTimes(2);
});

test('no more are let in than there are places, and one who gives up takes none', async () => {
  const places = slots(2);
  const leave = [await places.enter(NEVER), await places.enter(NEVER)];
  const over = new AbortController();
  const gaveUp = places.enter(over.signal);
  let third = false;
  const waiting = places.enter(NEVER).then((leaveIt) => {
    third = true;
    return leaveIt;
  });
  over.abort();
  await expect(gaveUp).rejects.toThrow('aborted');
  expect(third).toBe(false);
  leave[0]?.();
  leave[0]?.();
  (await waiting)();
  leave[1]?.();
  await Promise.all([places.enter(NEVER), places.enter(NEVER)]);
});
