import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { emptyFolder, LLC, llc } from './llc.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('an interrupted sweep ends its workers, says how to go on, and finds what was finished', async () => {
  const folder = emptyFolder();
  const quick = ['--target=quadratic', '--quad-dim=3', '--n-data=1000', '--n-seeds=1', '--cpus=1'];
  const samplers = (draws: number) =>
    `--sampler-grid=[{"name":"hmc"},{"name":"long","overrides":{"sampler":"mclmc","mclmc_draws":${draws},"mclmc_eval_every":100,"mclmc_thin":1000}}]`;
  const sweep = execa(LLC, ['sweep', ...quick, '--workers=1', samplers(5_000_000)], {
    cwd: folder,
    reject: false,
    timeout: 120_000,
    stdin: 'ignore',
  });
  // Interrupted when the second worker has said its first word, so that one job is finished and one runs.
  const watch = setInterval(() => {
    if (globSync('sweeps/*/jobs/*-long-*/*/hello.json', { cwd: folder }).length > 0) {
      clearInterval(watch);
      sweep.kill('SIGINT');
    }
  }, 50);
  const { exitCode, stdout } = await sweep;
  clearInterval(watch);
  expect(exitCode).toBe(130);
  expect(stdout).toContain('goes on');
  const hellos = globSync('sweeps/*/jobs/*/*/hello.json', { cwd: folder });
  expect(hellos).toHaveLength(2);
  for (const hello of hellos) {
    const { pid } = JSON.parse(readFileSync(join(folder, hello), 'utf8')) as { pid: number };
    expect(isAlive(pid)).toBe(false);
  }

  const again = await llc(folder, ['sweep', ...quick, samplers(2000)]);
  expect(again.exitCode).toBe(0);
  expect(again.stdout.match(/ {2}cached {2}LLC/g)).toHaveLength(1);
});
