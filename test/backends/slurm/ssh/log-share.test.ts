import { expect, test } from 'vitest';
import { LOG_BYTES, logShares } from '../../../../src/backends/slurm/ssh/log-share.ts';
import type { ListedFile } from '../../../../src/backends/slurm/ssh/news-listing.ts';

const log = (path: string, size: number, modified = '1'): ListedFile => ({
  kind: 'log',
  path,
  size,
  modified,
});
const share = (file: ListedFile, here: number | undefined) => {
  const [{ from, appends } = { from: -1, appends: false }] = logShares([file], () => here);
  return { from, appends };
};

test('a log comes whole, then what was added to it', () => {
  expect(share(log('a', 10), undefined)).toEqual({ from: 0, appends: false });
  expect(share(log('a', 30), 10)).toEqual({ from: 10, appends: true });
});

test('of one that grew fast, is long when first seen, or was begun anew, the end comes', () => {
  expect(share(log('a', 10 * LOG_BYTES), 10)).toEqual({ from: 9 * LOG_BYTES, appends: false });
  expect(share(log('a', 10 * LOG_BYTES), undefined)).toEqual({
    from: 9 * LOG_BYTES,
    appends: false,
  });
  expect(share(log('a', 10), 30)).toEqual({ from: 0, appends: false });
});

test('a call brings so much in all; what was written to longest ago comes first', () => {
  const files = Array.from({ length: 1000 }, (_, i) => log(`log-${i}`, LOG_BYTES, `${1000 - i}`));
  const shares = logShares(files, () => undefined);
  expect(shares.length).toBe(128);
  expect(shares[0]?.file.path).toBe('log-999');
});
