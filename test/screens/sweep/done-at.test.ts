import { expect, test } from 'vitest';
import type { Progress } from '../../../src/dispatch/job/protocol.ts';
import { doneAt } from '../../../src/screens/sweep/done-at.ts';

const progress = { done: 250, total: 1000 } as Progress;

test('a job that took a quarter of its steps in a minute is done after four', () => {
  expect(doneAt(1_000_000, 1_060_000, progress)).toBe(1_240_000);
});

test('nobody can tell before the first step or the first word', () => {
  expect(doneAt(1_000_000, null, progress)).toBeNull();
  expect(doneAt(null, 1_060_000, progress)).toBeNull();
  expect(doneAt(1_000_000, 1_060_000, null)).toBeNull();
  expect(doneAt(1_000_000, 1_060_000, { ...progress, done: 0 })).toBeNull();
});
