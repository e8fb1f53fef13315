import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProgressFile } from '../../../src/dispatch/work/progress-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llc-progress-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('progress is replaced at most once a second, and each replacement is a beat', async () => {
  const path = join(dir, 'progress.json');
  let seconds = 10;
  const progress = startProgressFile(path, {
    owner: 'me',
    clock: () => seconds,
    onTrouble: () => {},
  });
  progress.update({ stage: 'warmup', done: 3, total: 10 });
  progress.beat();
  const first = JSON.parse(await readFile(path, 'utf8'));
  expect(first).toMatchObject({ owner: 'me', beat: 1, stage: 'warmup', done: 3, llc: null });
  let asked = 0;
  progress.ask(() => ({ done: 4 + asked++ }));
  seconds = 10.9;
  for (let i = 0; i < 3; i++) progress.beat();
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(first);
  seconds = 11;
  progress.beat();
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ ...first, beat: 2, done: 4 });
  expect(asked).toBe(1);
  progress.stop();
});

test('a progress file that cannot be written is told once and hurts nobody', async () => {
  await writeFile(join(dir, 'file'), '');
  const troubles: unknown[] = [];
  let seconds = 0;
  const progress = startProgressFile(join(dir, 'file', 'progress.json'), {
    owner: 'me',
    clock: () => seconds++,
    onTrouble: (error) => troubles.push(error),
  });
  progress.beat();
  progress.beat();
  progress.stop();
  expect(troubles).toHaveLength(1);
});
