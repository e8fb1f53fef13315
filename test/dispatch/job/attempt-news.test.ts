import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attemptLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { attemptNews } from '../../../src/dispatch/job/attempt-news.ts';
import { logTail } from '../../../src/dispatch/job/log-tail.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-news-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const OWNER = 'owner-1';
const PROGRESS = {
  owner: OWNER,
  beat: 3,
  stage: 'sampling',
  done: 5,
  total: 10,
  llc: 1.5,
  llcSe: 0.1,
  rhat: 1.01,
  ess: 12,
  llcByChain: [1, 2],
};
const RESULT = {
  status: 'ok',
  cached: false,
  run_id: 'r',
  run_dir: '/runs/r',
  family_id: 'f',
  duration_s: 1,
  owner: OWNER,
  attempt: 1,
  metrics: { hmc_llc_mean: 1.5, hmc_findings: ['a'] },
};
const NAMES = ['hello', 'progress', 'result'] as const;
const tell = (name: (typeof NAMES)[number], text: string) =>
  writeFileSync(attemptLayout(dir)[name], text);

describe.each(NAMES)('in the place of %s.json', (name) => {
  const path = () => attemptLayout(dir)[name];
  const heard = () => attemptNews[name](dir, OWNER);

  test('a pipe, a folder, a link or five gigabytes are no news, and nobody waits for them', async () => {
    expect(await heard()).toBe(null);
    execFileSync('mkfifo', [path()]);
    expect(await heard()).toBe(null);
    rmSync(path());
    mkdirSync(path());
    expect(await heard()).toBe(null);
    rmSync(path(), { recursive: true });
    symlinkSync('/dev/zero', path());
    expect(await heard()).toBe(null);
    rmSync(path());
    tell(name, '');
    truncateSync(path(), 5e9);
    expect(await heard()).toBe(null);
  });

  test.each(['', '\u0000\u0001', '{"owner": "ow', 'null', '[]', '7', '"x"', '{}'])(
    '%j is no news',
    async (text) => {
      tell(name, text);
      expect(await heard()).toBe(null);
    },
  );
});

describe('progress', () => {
  const heard = async (change: object) => {
    tell('progress', JSON.stringify({ ...PROGRESS, ...change }));
    return attemptNews.progress(dir, OWNER);
  };

  test('that is garbage once is heard again when it is good', async () => {
    expect(await heard({})).toEqual(PROGRESS);
    tell('progress', '\u001b[2J{{{');
    expect(await attemptNews.progress(dir, OWNER)).toBe(null);
    expect(await heard({ beat: 4 })).toMatchObject({ beat: 4 });
  });

  test('keeps no number that is none', async () => {
    expect(await heard({ llc: 'NaN', rhat: [1], ess: {}, done: -1, total: 'all' })).toEqual({
      ...PROGRESS,
      llc: null,
      rhat: null,
      ess: null,
      done: 0,
      total: 0,
    });
    tell('progress', JSON.stringify(PROGRESS).replace('1.5', '1e999'));
    expect(await attemptNews.progress(dir, OWNER)).toMatchObject({ llc: null });
    expect(await heard({ llcByChain: Array(20_000).fill(1) })).toMatchObject({ llcByChain: [] });
  });

  test.each([{ beat: -1 }, { beat: '1' }, { stage: 'x' }, { owner: 'another' }, { owner: 7 }])(
    'with %j is none',
    async (change) => {
      expect(await heard(change)).toBe(null);
    },
  );
});

describe('a result', () => {
  const heard = async (change: object) => {
    tell('result', JSON.stringify({ ...RESULT, ...change }));
    return attemptNews.result(dir, OWNER);
  };

  test('is heard as it stands', async () => {
    expect(await heard({})).toEqual(RESULT);
  });

  test('whose metrics nest without end or are no object is none', async () => {
    const endless = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    tell('result', JSON.stringify({ ...RESULT, metrics: { a: 0 } }).replace('0}', `${endless}}`));
    expect(await attemptNews.result(dir, OWNER)).toBe(null);
    expect(await heard({ metrics: [1] })).toBe(null);
    expect(await heard({ metrics: 'x' })).toBe(null);
  });

  test.each([{ duration_s: -1 }, { duration_s: 'x' }, { attempt: -1 }, { status: 'fine' }])(
    'with %j is none',
    async (change) => {
      expect(await heard(change)).toBe(null);
    },
  );
});

test('a log that is a pipe or a link is empty, and nobody waits for it', async () => {
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  expect(await logTail(join(dir, 'pipe'))).toBe('');
  symlinkSync('/dev/zero', join(dir, 'link'));
  expect(await logTail(join(dir, 'link'))).toBe('');
});
