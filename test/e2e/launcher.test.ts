import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { emptyFolder, LLC } from './llc.ts';

test('the bin file starts by its path and through a link, on the Node that the project brings', async () => {
  const folder = emptyFolder();
  symlinkSync(LLC, join(folder, 'llc'));
  for (const command of [LLC, join(folder, 'llc')]) {
    const { stdout } = await execa(command, ['--version'], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin' },
      extendEnv: false,
    });
    expect(stdout).toBe(VERSION);
  }
});

test('a machine with only an old Node is told which one is needed, an unbuilt clone how to build', async () => {
  const folder = emptyFolder();
  for (const name of ['bin', 'dist', 'path']) mkdirSync(join(folder, name));
  copyFileSync(LLC, join(folder, 'bin/llc'));
  writeFileSync(join(folder, 'path/node'), '#!/bin/sh\necho 20\n', { mode: 0o755 });
  const start = () =>
    execa(join(folder, 'bin/llc'), ['--version'], {
      env: { PATH: `${join(folder, 'path')}:/usr/bin:/bin` },
      extendEnv: false,
      reject: false,
    });
  const unbuilt = await start();
  expect(unbuilt.exitCode).toBe(69);
  expect(unbuilt.stderr).toContain('npm ci');
  writeFileSync(join(folder, 'dist/cli.js'), '');
  const old = await start();
  expect(old.exitCode).toBe(69);
  expect(old.stderr).toContain('needs Node 24 or later; found 20');
});

test('help names every command with an example', async () => {
  for (const command of ['run', 'sweep', 'status', 'clean', 'selftest', 'doctor']) {
    const { stdout } = await execa(LLC, [command, '--help']);
    expect(stdout).toContain(`llc ${command}`);
    expect(stdout).toContain('Example');
  }
});
