import { expect, test } from 'vitest';
import { liveSnapshot } from '../../../src/dispatch/scheduler/live-snapshot.ts';
import { advance } from '../../../src/dispatch/scheduler/scheduler.ts';
import { readySweep, running, sighting, tickAndAccept } from './small-sweep.ts';

test('a price an hour that was told once stays until the attempt waits again', () => {
  const scheduler = readySweep(['a']);
  const [{ owner } = { owner: '' }] = tickAndAccept(scheduler, 0);
  const snapshot = () =>
    liveSnapshot(scheduler, { time: 0, health: null, notices: [] }).jobs[0]?.perHour;
  const sees = (observation: Parameters<typeof sighting>[2], at: number) =>
    advance(scheduler, sighting(scheduler, 'a', observation, at));
  sees({ kind: 'starting', on: 'here', perHour: 2.5 }, 1);
  expect(snapshot()).toBe(2.5);
  sees(running(1, owner), 2);
  expect(snapshot()).toBe(2.5);
  sees({ kind: 'waiting', reason: 'preempted' }, 3);
  expect(snapshot()).toBeNull();
});
