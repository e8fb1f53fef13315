import { symlinkSync } from 'node:fs';
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

test('a machine without a usable Node is told which one is needed', async () => {
  const folder = emptyFolder();
  await execa('mkdir', ['-p', join(folder, 'bin')]);
  await execa('cp', [LLC, join(folder, 'bin/llc')]);
  const result = await execa(join(folder, 'bin/llc'), ['--version'], {
    env: { PATH: '/nowhere:/usr/bin:/bin' },
    extendEnv: false,
    reject: false,
  });
  // A system with a new Node but no build fails in another way; only an old or missing one is told of.
  if (result.exitCode === 69) expect(result.stderr).toContain('llc needs Node 24');
  else expect(result.exitCode).not.toBe(0);
});

test('help names every command with an example', async () => {
  for (const command of ['run', 'sweep', 'status', 'selftest', 'doctor']) {
    const { stdout } = await execa(LLC, [command, '--help']);
    expect(stdout).toContain(`llc ${command}`);
    expect(stdout).toContain('Example');
  }
});
