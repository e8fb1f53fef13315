import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { healthWatch } from '../../../src/dispatch/scheduler/health-watch.ts';

test('what a place says of itself comes with what is left to spend there', async () => {
  const place = fakePlace({ site: { budget: 40 } });
  const watch = healthWatch(fakeBackend(place), () => 7, new AbortController().signal);
  watch.askIfDue();
  while (watch.latest() === null) await turn();
  expect(watch.latest()).toEqual({ state: 'well', text: 'all is well', at: 7, budgetLeft: 40 });
});
