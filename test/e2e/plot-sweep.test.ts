import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, llc } from './llc.ts';

const HEAD =
  'sweep,problem,family_id,target_params,depth,activation,sampler,seed,llc_mean,llc_se,ess,t_sampling,work_grad,wnv_time,wnv_fde,run_dir';

/** Two samplers on two sizes with two seeds. */
function table(folder: string): string {
  const rows = ['hmc', 'sgld'].flatMap((sampler) =>
    [10, 1000].flatMap((size) =>
      [1, 2].map(
        (seed) =>
          `s,p${size},f${size}-${seed},${size},1,relu,${sampler},${seed},${size / 4},0.${seed},${10 * seed},2,5,0.1,0.2,runs/x`,
      ),
    ),
  );
  const path = join(folder, 'results.csv');
  writeFileSync(path, `${[HEAD, ...rows].join('\n')}\n`);
  return path;
}

test('llc plot-sweep draws the four measures and the agreement, as SVG and PNG', async () => {
  const folder = emptyFolder();
  const csv = table(folder);
  const { stdout, stderr, exitCode } = await llc(folder, ['plot-sweep', '--csv', csv]);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('8 jobs drawn');
  for (const name of ['ess_per_sec', 'wnv_time', 'wnv_fde', 'llc_se', 'agreement']) {
    const svg = readFileSync(join(folder, 'plots', `${name}.svg`), 'utf8');
    expect(svg).toContain('sgld');
    expect([...readFileSync(join(folder, 'plots', `${name}.png`)).subarray(1, 4)]).toEqual([
      ...Buffer.from('PNG'),
    ]);
  }
});

test('filters and samplers choose rows; what fits nothing is refused and draws nothing', async () => {
  const folder = emptyFolder();
  const csv = table(folder);
  const chosen = ['plot-sweep', '--csv', csv, '--filters', 'target_params=1000', '--samplers=hmc'];
  expect((await llc(folder, [...chosen, '--out=a'])).stdout).toContain('2 jobs drawn');
  expect(existsSync(join(folder, 'a', 'agreement.svg'))).toBe(false);
  const none = await llc(folder, ['plot-sweep', '--csv', csv, '--filters', 'depth=7', '--out=b']);
  expect([none.exitCode, existsSync(join(folder, 'b'))]).toEqual([1, false]);
  const wrong = await llc(folder, ['plot-sweep', '--csv', csv, '--samplers=hcm']);
  expect([wrong.exitCode, wrong.stderr]).toEqual([
    64,
    expect.stringContaining('Did you mean hmc?'),
  ]);
});
