import { expect, test } from 'vitest';
import type { SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { noticeOfEvent } from '../../../src/screens/sweep/sweep-news.ts';

const ended = (failure: object | null) =>
  ({ kind: 'pull_ended', jobId: 'mlp-hmc-42', failure, epoch: 1, seq: 7, time: 0 }) as SweepEvent;

test('a pull that brought nothing says why; one that did shows by itself', () => {
  const error = 'The connection was lost. Pull it again: it goes on from there.';
  const failure = { stage: 'collect', errorType: 'unavailable', error, traceback: '' };
  expect(noticeOfEvent(ended(failure), null)).toEqual({ id: '1.7', text: `not pulled: ${error}` });
  expect(noticeOfEvent(ended(null), null)).toBeNull();
});
