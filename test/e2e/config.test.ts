import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, llc, SMALL } from './llc.ts';

/** A person with a file of their own. */
function person() {
  const folder = emptyFolder();
  const env = { XDG_CONFIG_HOME: join(folder, 'settings') };
  const path = join(folder, 'settings', 'llc', 'config.json');
  return { path, run: (...args: string[]) => llc(folder, args, env), env, folder };
}

const planned = async (
  { folder, env }: ReturnType<typeof person>,
  flags: string[] = [],
  more: Record<string, string> = {},
) => {
  const told = await llc(folder, ['sweep', ...SMALL, '--dry-run', '--json', ...flags], {
    ...env,
    ...more,
  });
  return JSON.parse(told.stdout) as Record<string, unknown>;
};

test('what is set is remembered, shown, and forgotten again', async () => {
  const { run, path } = person();
  expect((await run('config', 'path')).stdout).toBe(path);
  expect((await run('config', 'set', 'slurm-partition', 'gpu')).stdout).toBe(
    'slurm_partition = gpu',
  );
  await run('config', 'set', 'gpu_types', 'H100,A100');
  await run('config', 'set', 'keys.retry-failed', 'T');
  await run('config', 'set', 'attention', 'off');
  expect((await run('config', 'get')).stdout.split('\n')).toEqual([
    'gpu_types = H100,A100',
    'slurm_partition = gpu',
    'attention = off',
    'keys.retry-failed = T',
  ]);
  expect((await run('config', 'get', 'slurm_partition')).stdout).toBe('gpu');
  await run('config', 'set', 'slurm_partition', 'none');
  expect((await run('config', 'get', 'slurm_partition')).stdout).toBe('none');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    gpu_types: ['H100', 'A100'],
    attention: 'off',
    keys: { 'retry-failed': 'T' },
  });
});

test('what cannot be is refused in words and changes nothing', async () => {
  const { run } = person();
  const refusals = [
    [['mem_gb', 'much'], 'expected a number from 0.1'],
    [['slurm_partitoin', 'gpu'], 'did you mean slurm_partition?'],
    [['preset', 'quick'], 'nothing that llc config remembers'],
    [['keys.retyr', 'r'], 'did you mean keys.retry?'],
    [['keys.enter', 'x'], 'this one stays on enter'],
    [['keys.retry', 'F5'], 'give one character'],
    [['keys.undo', '?'], '? would be both help and undo'],
    [['attention', 'perhaps'], 'expected on or off'],
  ] as const;
  for (const [args, words] of refusals) {
    const told = await run('config', 'set', ...args);
    expect([told.exitCode, told.stderr]).toEqual([78, expect.stringContaining(words)]);
  }
  expect((await run('config', 'get')).stdout).toBe('');
});

test('a flag wins over the environment, which wins over what is remembered, which wins over the built-in', async () => {
  const somebody = person();
  expect(await planned(somebody)).toMatchObject({ mem_gb: 16, gpu_types: [] });
  await somebody.run('config', 'set', 'mem_gb', '7');
  await somebody.run('config', 'set', 'gpu_types', 'A100');
  const gpu = ['--gpu-mode=vectorized'];
  expect(await planned(somebody, gpu)).toMatchObject({ mem_gb: 7, gpu_types: ['A100'] });
  const env = { LLC_MODAL_GPU_LIST: 'T4' };
  expect(await planned(somebody, gpu, env)).toMatchObject({ gpu_types: ['T4'] });
  const flags = [...gpu, '--gpu-types=H100', '--mem-gb=3'];
  expect(await planned(somebody, flags, env)).toMatchObject({ mem_gb: 3, gpu_types: ['H100'] });
});

test('a broken file is told with its path, and is left as it is', async () => {
  const { run, path } = person();
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '{ "mem_gb": ');
  for (const args of [
    ['config', 'get'],
    ['config', 'set', 'mem_gb', '3'],
    ['sweep', ...SMALL, '--dry-run'],
  ]) {
    const told = await run(...args);
    expect([told.exitCode, told.stderr]).toEqual([78, expect.stringContaining(path)]);
  }
  expect(readFileSync(path, 'utf8')).toBe('{ "mem_gb": ');
});
