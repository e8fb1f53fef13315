import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tarEntries } from '../../../../src/backends/slurm/ssh/tar-entries.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-tar-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function archive(...names: readonly string[]): Buffer {
  return execFileSync('tar', ['-cf', '-', '--format=gnu', '--no-recursion', ...names], {
    cwd: dir,
  });
}

test('files come out as they went in: empty ones, those of odd lengths, long names', () => {
  const long = `./${'a'.repeat(90)}/${'b'.repeat(90)}/hello.json`;
  const files = new Map([
    ['./empty', Buffer.alloc(0)],
    ['./one', Buffer.from('x')],
    ['./block', Buffer.alloc(512, 1)],
    [long, Buffer.from('ä€')],
    ['./last', Buffer.alloc(1000, 2)],
  ]);
  for (const [name, bytes] of files) {
    mkdirSync(join(dir, dirname(name)), { recursive: true });
    writeFileSync(join(dir, name), bytes);
  }
  const entries = tarEntries(archive(...files.keys()));
  expect(entries.map(({ name }) => name)).toEqual([...files.keys()]);
  for (const { name, bytes } of entries) expect(bytes).toEqual(files.get(name));
});

test('links and folders are passed over', () => {
  mkdirSync(join(dir, 'folder'));
  symlinkSync('/etc/passwd', join(dir, 'link'));
  writeFileSync(join(dir, 'file'), 'file');
  expect(tarEntries(archive('link', 'folder', 'file')).map(({ name }) => name)).toEqual(['file']);
});

test('an archive that is cut off gives what came whole; noise gives nothing', () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, name), name.repeat(700));
  const whole = archive('a', 'b', 'c');
  fc.assert(
    fc.property(fc.nat(whole.length), (length) => {
      const entries = tarEntries(whole.subarray(0, length));
      for (const { name, bytes } of entries) expect(bytes.toString()).toBe(name.repeat(700));
      // A header of 512 bytes each, 700 bytes, and what fills them up to 1024.
      const ends = [1212, 1536 + 1212, 2 * 1536 + 1212];
      expect(entries.length).toBe(ends.filter((end) => end <= length).length);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      expect(tarEntries(Buffer.from(bytes))).toEqual([]);
    }),
  );
});
