import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logTail } from '../../../src/dispatch/job/log-tail.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llc-log-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('the last lines of a long log, none of them cut at its beginning', async () => {
  const path = join(dir, 'log');
  await writeFile(path, Array.from({ length: 9000 }, (_, i) => `line ${i}`).join('\n'));
  expect(await logTail(path, 3)).toBe('line 8997\nline 8998\nline 8999');
});

test('lines of thousands of characters and binary output are made bearable', async () => {
  const path = join(dir, 'log');
  await writeFile(path, Buffer.concat([Buffer.alloc(5000, 'x'), Buffer.from([10, 0, 27, 255])]));
  const [long, binary] = (await logTail(path)).split('\n');
  expect(long).toHaveLength(500);
  expect(binary).toBe('\ufffd\ufffd\ufffd');
});

test('a log that is not there is empty', async () => {
  expect(await logTail(join(dir, 'none'))).toBe('');
});
