import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, llc, SMALL } from './llc.ts';

test('llc preview makes a page of a sweep and of its runs, each one file, linked', async () => {
  const folder = emptyFolder();
  const sweep = [
    'sweep',
    ...SMALL,
    '--n-seeds=2',
    '--sampler-grid=[{"name":"hmc"},{"name":"sgld"}]',
  ];
  await llc(folder, sweep);
  const { stdout, exitCode } = await llc(folder, ['preview', '--with-runs']);
  expect(exitCode).toBe(0);
  const path = stdout.trim();
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('Samplers by problem');
  expect(text).toContain('<svg');
  const links = [...text.matchAll(/<a href="([^"]+)"/g)].map(([, link = '']) => link);
  expect(links).toHaveLength(4);
  for (const link of links) expect(existsSync(join(dirname(path), link))).toBe(true);
  const [run = ''] = globSync('runs/*', { cwd: folder });
  const out = join(folder, 'one.html');
  expect((await llc(folder, ['preview', run, '--out', out])).stdout.trim()).toBe(out);
  expect(readFileSync(out, 'utf8')).toContain('Running LLC');
});

test('what is neither a run nor a sweep is refused in words', async () => {
  const { stderr, exitCode } = await llc(emptyFolder(), ['preview', '0123456789ab']);
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining('no run 0123456789ab')]);
});
