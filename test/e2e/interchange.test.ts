import { globSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPython } from '../fixtures/find-python.ts';
import { findR } from '../fixtures/find-r.ts';
import { llc, SMALL } from './llc.ts';

const r = findR();
const pandas = findPython(['pandas', 'pyarrow'], []);
const arviz = findPython(['arviz', 'matplotlib'], []);

/** A sweep of two problems with hmc and sgld, one job of which fails. */
let folder: string;
beforeAll(async () => {
  if ([r, pandas, arviz].every(({ run }) => run === null)) return;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'llc-interchange-')));
  const problems = [
    { name: 'narrow', overrides: { quad_dim: 2, mclmc_adjusted: true } },
    { name: 'wide', overrides: { quad_dim: 5, sgld_step_size: 1000 } },
  ];
  const { exitCode } = await llc(folder, [
    ...[
      'sweep',
      '--n-seeds=1',
      '--max-retries=0',
      '--sampler-grid=[{"name":"hmc"},{"name":"sgld"}]',
    ],
    ...[`--problem-grid=${JSON.stringify(problems)}`, '--hmc-thin=5'],
    ...SMALL.filter((flag) => !flag.startsWith('--quad-dim')),
  ]);
  expect(exitCode).toBe(1);
  for (const format of ['csv', 'parquet'])
    await llc(folder, ['export', `--format=${format}`, `--out=study.${format}`]);
}, 120_000);
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What the peers must see in each column: text, numbers, switches; `none` where all is missing. */
const RESULTS = {
  ...{ sweep: 'text', problem: 'text', family_id: 'text', target_params: 'number' },
  ...{ depth: 'number', activation: 'none', sampler: 'text', seed: 'number', llc_mean: 'number' },
  ...{ llc_se: 'number', ess: 'number', t_sampling: 'number', work_grad: 'number' },
  ...{ wnv_time: 'number', wnv_fde: 'number', run_dir: 'text', run_id: 'text', rhat: 'number' },
  ...{ backend: 'text', gpu_mode: 'text', attempts: 'number', duration_s: 'number' },
  ...{ cost: 'none', verdict: 'text' },
};
// A step size is a number in one job and the word auto in the other.
const EXPORT = {
  ...RESULTS,
  ...{ job_id: 'text', quad_dim: 'number', sgld_step_size: 'text', mclmc_adjusted: 'logical' },
};
const ERRORS = {
  ...{ run_id: 'text', status: 'text', stage: 'text', error_type: 'text', duration_s: 'number' },
  ...{ error: 'text', job_id: 'text', problem: 'text', sampler: 'text', seed: 'number' },
  ...{ backend: 'text', attempts: 'number', log: 'text' },
};

/** A table as a peer saw it: the kinds of its columns, and two of them. */
interface Seen {
  readonly kinds: Record<string, string>;
  readonly rows: number;
}

function ownRecords(name: string): Record<string, string>[] {
  return parse(readFileSync(join(folder, name)), { columns: true });
}

describe.skipIf(r.run === null)(`R's read.csv ${'reason' in r ? r.reason : ''}`, () => {
  const seen = (name: string): Seen => {
    const code = `
x <- read.csv(commandArgs(TRUE)[1])
kind <- function(v) if (all(is.na(v))) "none" else if (is.logical(v)) "logical" else
  if (is.numeric(v)) "number" else if (is.character(v)) "text" else class(v)[1]
cat(nrow(x), paste(names(x), sapply(x, kind)), sep = "\\n")`;
    const [rows, ...columns] = (r.run?.(code, join(folder, name)) ?? '').trim().split('\n');
    return {
      rows: Number(rows),
      kinds: Object.fromEntries(columns.map((line) => line.split(' '))),
    };
  };

  test('takes every column of the tables for what it is, with no option', () => {
    expect(seen('llc_sweep_results.csv')).toEqual({ rows: 3, kinds: RESULTS });
    expect(seen('llc_sweep_errors.csv')).toEqual({ rows: 1, kinds: ERRORS });
    expect(seen('study.csv')).toEqual({ rows: 3, kinds: EXPORT });
  });

  test('reads the numbers to their last digits, and words with commas as one', () => {
    const code = `
x <- read.csv(commandArgs(TRUE)[1])
cat(sprintf("%.17g", x$llc_mean), sep = "\\n")`;
    const read = r.run?.(code, join(folder, 'llc_sweep_results.csv')).trim().split('\n');
    const own = ownRecords('llc_sweep_results.csv').map(({ llc_mean }) => Number(llc_mean));
    expect(read).toHaveLength(3);
    for (const [at, value] of own.entries()) expect(Number(read?.[at])).toBeCloseTo(value, 13);
    const words = r.run?.(
      'cat(read.csv(commandArgs(TRUE)[1])$error)',
      join(folder, 'llc_sweep_errors.csv'),
    );
    expect(words).toBe(ownRecords('llc_sweep_errors.csv')[0]['error']);
    expect(words).toContain(', ');
  });
});

describe.skipIf(pandas.run === null)(`pandas ${'reason' in pandas ? pandas.reason : ''}`, () => {
  const seen = (name: string, reader: 'read_csv' | 'read_parquet'): Seen =>
    JSON.parse(
      pandas.run?.(
        `
import sys, json, pandas as pd
t = pd.api.types
x = pd.${reader}(sys.argv[1])
def kind(v):
  if v.isna().all(): return "none"
  if t.is_bool_dtype(v): return "logical"
  if t.is_numeric_dtype(v): return "number"
  return "text" if t.is_string_dtype(v) else str(v.dtype)
print(json.dumps(dict(rows=len(x), kinds={c: kind(x[c]) for c in x.columns})))`,
        join(folder, name),
      ) ?? '',
    );

  test('takes every column of the tables for what it is, with no option', () => {
    expect(seen('llc_sweep_results.csv', 'read_csv')).toEqual({ rows: 3, kinds: RESULTS });
    expect(seen('llc_sweep_errors.csv', 'read_csv')).toEqual({ rows: 1, kinds: ERRORS });
    expect(seen('study.csv', 'read_csv')).toEqual({ rows: 3, kinds: EXPORT });
  });

  test('opens the Parquet of llc export, with the same columns and numbers', () => {
    expect(seen('study.parquet', 'read_parquet')).toEqual({ rows: 3, kinds: EXPORT });
    const read = pandas.run?.(
      'import sys, json, pandas as pd; print(json.dumps(pd.read_parquet(sys.argv[1]).llc_mean.tolist()))',
      join(folder, 'study.parquet'),
    );
    const own = ownRecords('llc_sweep_results.csv').map(({ llc_mean }) => Number(llc_mean));
    expect(JSON.parse(read ?? '')).toEqual(own);
  });
});

describe.skipIf(arviz.run === null)(`ArviZ ${'reason' in arviz ? arviz.reason : ''}`, () => {
  test('summarises and draws the draws of a run, and says what its metrics say', () => {
    const [path] = globSync('runs/*/hmc.nc', { cwd: folder }).map((name) => join(folder, name));
    const metrics = JSON.parse(readFileSync(join(path, '../metrics.json'), 'utf8'));
    const [llcRow, theta, axes, energy] = JSON.parse(
      arviz.run?.(
        `
import sys, json, matplotlib
matplotlib.use("agg")
import arviz as az
i = az.from_netcdf(sys.argv[1])
s = az.summary(i, var_names=["llc", "L"], round_to="none").loc["llc"]
# Positions are kept on some draws alone.
t = az.summary(i.posterior.theta.dropna("draw"), round_to="none")
print(json.dumps([s.to_dict(), t["ess_bulk"].tolist(), list(az.plot_trace(i).shape), az.plot_energy(i) is not None]))`,
        path,
      ) ?? '',
    );
    const told = {
      mean: 'mean',
      mcse_mean: 'se',
      ess_bulk: 'ess_bulk',
      ess_tail: 'ess_tail',
      r_hat: 'rhat',
    };
    for (const [theirs, ours] of Object.entries(told)) {
      const own = metrics[`hmc_${ours}`] ?? metrics[`hmc_llc_${ours}`];
      expect(llcRow[theirs] / own, theirs).toBeCloseTo(1, 9);
    }
    expect(theta.length).toBeGreaterThan(1);
    expect(theta.every(Number.isFinite)).toBe(true);
    expect([axes, energy]).toEqual([[3, 2], true]);
  });
});
