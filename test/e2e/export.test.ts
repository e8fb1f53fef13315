import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { emptyFolder, llc, SMALL } from './llc.ts';

test('llc export joins results with the configuration that differs, in three formats', async () => {
  const folder = emptyFolder();
  const none = await llc(folder, ['export']);
  expect([none.exitCode, none.stderr]).toEqual([64, expect.stringContaining('no sweep here')]);
  const problems = [
    { name: 'narrow', overrides: { quad_dim: 3 } },
    { name: 'wide', overrides: { quad_dim: 5 } },
  ];
  const grid = [`--problem-grid=${JSON.stringify(problems)}`, '--sampler-grid=[{"name":"hmc"}]'];
  const flags = SMALL.filter((flag) => !flag.startsWith('--quad-dim'));
  const made = await llc(folder, ['sweep', '--n-seeds=1', ...grid, ...flags]);
  expect(made.exitCode).toBe(0);

  const { stdout, exitCode } = await llc(folder, ['export', '--out=study.parquet']);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^2 jobs, 26 columns: study/)]);
  const bytes = readFileSync(join(folder, 'study.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const rows = await parquetReadObjects({ file });
  expect(rows.map(({ job_id, quad_dim, seed, cost }) => [job_id, quad_dim, seed, cost])).toEqual([
    ['narrow-hmc-42', 3n, 42n, null],
    ['wide-hmc-42', 5n, 42n, null],
  ]);

  await llc(folder, ['export', '--format=json', '--out=study.json']);
  const records = JSON.parse(readFileSync(join(folder, 'study.json'), 'utf8'));
  expect(records[1]).toMatchObject({ quad_dim: 5, llc_mean: rows[1]['llc_mean'], gpu_mode: 'off' });

  await llc(folder, ['export', '--format=csv', '--out=study.csv']);
  const table = readFileSync(join(folder, 'study.csv'), 'utf8').split('\n');
  const [results] = readFileSync(join(folder, 'llc_sweep_results.csv'), 'utf8').split('\n');
  expect(table[0]).toBe(`${results},job_id,quad_dim`);
  expect(table[1]).toMatch(/,narrow-hmc-42,3$/);

  const wrong = await llc(folder, ['export', '--format=xlsx', '--out=study.xlsx']);
  expect([wrong.exitCode, existsSync(join(folder, 'study.xlsx'))]).toEqual([64, false]);
});
