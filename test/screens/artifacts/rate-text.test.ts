import { expect, test } from 'vitest';
import { rateText } from '../../../src/screens/artifacts/rate-text.ts';

test.each([
  [0, '0 B/s'],
  [812.4, '812 B/s'],
  [5_240_000, '5.2 MB/s'],
  [80_040, '80 kB/s'],
  [999_940, '999 kB/s'],
])('%d bytes a second are %s, never wider than its column', (rate, text) => {
  expect(rateText(rate)).toBe(text);
  expect(`pulling, ${text}`.length).toBeLessThanOrEqual(17);
});
