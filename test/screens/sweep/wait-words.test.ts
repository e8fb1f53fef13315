import { expect, test } from 'vitest';
import { waitWords } from '../../../src/screens/sweep/wait-words.ts';
import { whereWords } from '../../../src/screens/sweep/where-words.ts';

test('how long a job has waited stands beside the limit, until it has started', () => {
  const queued = { queuedAt: 1000, startedAt: null };
  expect(waitWords(queued, 180, 41_000)).toBe('40 s of 3 min');
  expect(waitWords(queued, 180, 0)).toBe('0 s of 3 min');
  expect(waitWords(queued, null, 41_000)).toBe('');
  expect(waitWords({ ...queued, startedAt: 2000 }, 180, 41_000)).toBe('');
  expect(waitWords({ ...queued, queuedAt: null }, 180, 41_000)).toBe('');
});

test('where it runs does not say the name of its place again', () => {
  expect(whereWords('sb-8TXF (H100)', 'sb-8TXF')).toBe('H100');
  expect(whereWords('sb-8TXF', 'sb-8TXF')).toBe('');
  expect(whereWords('gpu-07, A100', '48213_34')).toBe('gpu-07, A100');
  expect(whereWords('gpu-07', '')).toBe('gpu-07');
});
