import { normalize } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readListing } from '../../../../src/backends/slurm/ssh/news-listing.ts';
import { readRuns } from '../../../../src/backends/slurm/ssh/ssh-storage.ts';

const ATTEMPT = 'jobs/a/attempt-1';
const asked = new Set([ATTEMPT]);
const read = (...lines: string[]) =>
  readListing(`${[...lines, 'that is all'].join('\n')}\n`, asked);
const paths = (...lines: string[]) => read(...lines)?.map(({ path }) => path);

test('what was asked for is read', () => {
  expect(
    read(
      `file\t12\t1700000000.5\t${ATTEMPT}/hello.json`,
      `file\t0\t1700000000.0000000000\t${ATTEMPT}/stdout.log`,
      'end\t30\t1700000001.25\t4711_3.0',
      'slurm\t9\t1\tllc-s1-0a1b/3.log',
    ),
  ).toEqual([
    { kind: 'whole', path: `${ATTEMPT}/hello.json`, size: 12, modified: '1700000000.5' },
    { kind: 'log', path: `${ATTEMPT}/stdout.log`, size: 0, modified: '1700000000.0000000000' },
    { kind: 'end', path: 'slurm/ends/4711_3.0', size: 30, modified: '1700000001.25' },
    { kind: 'log', path: 'slurm/llc-s1-0a1b/3.log', size: 9, modified: '1' },
  ]);
});

test('a listing that is not whole is none', () => {
  expect(readListing('', asked)).toBeNull();
  expect(readListing('end\t30\t1\t4711_3.0\n', asked)).toBeNull();
  expect(readListing('that is all', asked)).toBeNull();
  expect(read()).toEqual([]);
});

test('what was not asked for is left out', () => {
  expect(
    paths(
      `file\t1\t1\tjobs/b/attempt-1/hello.json`,
      `file\t1\t1\t${ATTEMPT}/payload.json`,
      `file\t1\t1\t${ATTEMPT}/sub/hello.json`,
      `file\t1\t1\t${ATTEMPT}/../attempt-1/hello.json`,
      `file\t1\t1\t/etc/hello.json`,
      'end\t1\t1\t../../plan.json',
      'end\t1\t1\t.',
      'end\t1\t1\t..',
      'end\t1\t1\ta/b',
      'end\t1\t1\t4711_0.0.new',
      'slurm\t1\t1\tends/x.log',
      'slurm\t1\t1\t../journal.jsonl',
      'slurm\t1\t1\ta/../../x',
      'other\t1\t1\tx',
    ),
  ).toEqual([]);
});

test('sizes and times that are none, or too large, are left out', () => {
  expect(
    paths(
      `file\t${2 ** 20 + 1}\t1\t${ATTEMPT}/hello.json`,
      `file\t${2 ** 24 + 1}\t1\t${ATTEMPT}/result.json`,
      `file\t-1\t1\t${ATTEMPT}/progress.json`,
      `file\t1e9\t1\t${ATTEMPT}/progress.json`,
      `file\t1\tnow\t${ATTEMPT}/progress.json`,
      `end\t${2 ** 16 + 1}\t1\t4711_3.0`,
    ),
  ).toEqual([]);
});

test('whatever a host lists, nothing leads out of the sweep', () => {
  const part = fc.constantFrom(
    '..',
    '.',
    '',
    'slurm',
    'ends',
    ATTEMPT,
    'hello.json',
    'x.log',
    '/',
    '\0',
  );
  const name = fc
    .array(fc.oneof(part, fc.string()), { maxLength: 5 })
    .map((parts) => parts.join('/'));
  const line = fc
    .tuple(fc.constantFrom('end', 'slurm', 'file'), name)
    .map(([kind, path]) => `${kind}\t1\t1\t${path}`);
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const path of paths(...lines) ?? []) {
        expect(normalize(path)).toBe(path);
        expect(path).toMatch(/^(slurm\/[^/]+|jobs\/a\/attempt-1)\/[^/]+$/);
      }
    }),
  );
});

test('runs are those with a manifest; their names are twelve hex digits', () => {
  const run = '0123456789ab';
  expect(
    readRuns(
      [
        `10\t1700000000.5\t${run}/manifest.json`,
        `5\t1\t${run}/config.json`,
        `7\t1\t${run}/analysis/plot.svg`,
        '1\t1\tba9876543210/config.json',
        '1\t1\t../manifest.json',
        `x\t1\t${run}/config.json`,
        '',
      ].join('\0'),
    ),
  ).toEqual([{ runId: run, bytes: 22, modified: '2023-11-14T22:13:20.500Z' }]);
});
