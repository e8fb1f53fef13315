import { describe, expect, test } from 'vitest';
import { statusText } from '../../src/commands/status.ts';
import { endLines } from '../../src/commands/sweep-report.ts';
import { sweepLayout } from '../../src/dispatch/artifacts/layout.ts';
import type { JobRecord, SweepState } from '../../src/dispatch/journal/sweep-state.ts';
import { summaryOf } from '../../src/dispatch/scheduler/sweep-summary.ts';
import type { LockHolder } from '../../src/dispatch/supervisor/lock-holder.ts';
import { overSeeds } from '../../src/report/sweeps/over-seeds.ts';
import { failed, jobOf } from '../screens/errors/failed-sweep.ts';
import { at, NOW, sweepOf } from '../screens/screen-context.ts';

const SAMPLERS = ['sgld', 'sghmc', 'hmc', 'mclmc'];

/** A finished job whose number is as the table shall show it: two seeds, the second at the same place. */
function done(
  problem: string,
  seed: number,
  sampler: string,
  llcMean: number,
  llcSe: number,
  more: { readonly state?: 'ok' | 'cached'; readonly verdict?: string } = {},
): JobRecord {
  const { state = 'ok', verdict = 'converged' } = more;
  return jobOf(problem, seed, sampler, {
    state,
    durationS: 3600,
    outcome: {
      llcMean,
      llcSe,
      ess: 400,
      rhat: 1,
      tSampling: 1,
      workGrad: 1,
      wnvTime: 1,
      wnvFde: 1,
      verdict,
    },
  });
}

function endedSweep(): SweepState {
  const table = {
    medium: [
      [31.9, 0.3],
      [32.2, 0.3],
      [31.6, 0.2],
      [31.7, 0.2],
    ],
    large: [
      [98.4, 0.8],
      [97.9, 0.9],
      [95.4, 0.6],
      [95.6, 0.6],
    ],
  };
  const jobs = Object.entries(table).flatMap(([problem, row]) =>
    row.flatMap(([mean = 0, se = 0], column) =>
      [0, 1, 2, 3].map((seed) =>
        done(problem, seed, SAMPLERS[column] ?? '', mean, 2 * se, {
          ...(seed === 0 && column === 1 ? { verdict: 'chains_disagree' } : {}),
          ...(problem === 'large' && seed === 1 && column > 2 ? { verdict: 'few_draws' } : {}),
          ...(seed === 3 ? { state: 'cached' } : {}),
        }),
      ),
    ),
  );
  return sweepOf(
    [
      ...jobs,
      jobOf('small', 4, 'hmc', failed('lost', 'Gone.')),
      jobOf('medium', 6, 'mclmc', failed('diverged', 'Not finite.')),
      jobOf('medium', 7, 'mclmc', { state: 'cancelled' }),
    ],
    {
      sweepId: '1123-1102-full',
      ended: 'complete',
      gpuMode: 'vectorized',
      plannedAt: at(23, 11, 2),
      endedAt: at(23, 16, 51),
    },
  );
}

describe('the end of a sweep', () => {
  const summary = summaryOf(
    endedSweep(),
    sweepLayout('/study/sweeps', '1123-1102-full'),
    5 * 3600 + 49 * 60,
  );

  test('has the form of the design', () => {
    expect(endLines(summary, { hasCopies: true })).toEqual([
      'Sweep 1123-1102-full ended 16:51 after 5 h 49 min, 32.0 GPU h:',
      '24 ok, 8 cached, 2 error, 1 cancelled',
      '  LLC     sgld       sghmc      hmc        mclmc',
      '  medium  31.9 ±0.3  32.2 ±0.3  31.6 ±0.2  31.7 ±0.2  agree',
      '  large   98.4 ±0.8  97.9 ±0.9  95.4 ±0.6  95.6 ±0.6  sgld 3.0 sigma over hmc',
      '  3 doubtful: 2 chains disagree, 1 too few effective draws',
      '  error: small s4 hmc lost, medium s6 mclmc diverged   llc_sweep_errors.csv',
      '  llc_sweep_results.csv   llc plot-sweep   llc retry   llc tui --attach',
    ]);
  });

  test('names llc retry only where it has jobs to run again, and else what helps', () => {
    const diverged = jobOf('medium', 6, 'mclmc', failed('diverged', 'Not finite.'));
    const cancelled = jobOf('medium', 7, 'mclmc', { state: 'cancelled' });
    const of = (...jobs: readonly JobRecord[]) =>
      endLines(summaryOf(sweepOf(jobs, { sweepId: 's' }), sweepLayout('/study/sweeps', 's'), 1), {
        hasCopies: true,
      });
    expect(of(diverged, jobOf('medium', 5, 'mclmc', failed('diverged', ''))).slice(-2)).toEqual([
      '  mend: Divide mclmc_desired_energy_var by 10, in a new sweep.',
      '  llc_sweep_results.csv   llc tui --attach',
    ]);
    expect(of(cancelled).at(-1)).toBe('  llc_sweep_results.csv   llc tui --attach');
    expect(of(diverged, jobOf('small', 4, 'hmc', failed('lost', ''))).at(-1)).toContain(
      'llc retry',
    );
  });

  test('is ASCII for whoever is no terminal, and names its own tables where there are no copies', () => {
    const lines = endLines(summary, { ascii: true });
    expect(lines.join('\n')).toMatch(/^[\n\x20-\x7e]+$/);
    expect(lines.at(-1)).toContain('/study/sweeps/1123-1102-full/results.csv');
  });
});

describe('an estimate over seeds', () => {
  test('is the plain mean, its error from those of the seeds', () => {
    const over = overSeeds([done('a', 1, 'hmc', 10, 3), done('a', 2, 'hmc', 10, 4)]);
    expect(over).toEqual({ mean: 10, se: 2.5, seeds: 2 });
  });

  test('takes the spread of the seeds where that is larger', () => {
    const over = overSeeds([done('a', 1, 'hmc', 10, 0.1), done('a', 2, 'hmc', 14, 0.1)]);
    expect(over?.mean).toBe(12);
    expect(over?.se).toBeCloseTo(2);
  });

  test('is nothing without a result', () => {
    expect(overSeeds([jobOf('a', 1, 'hmc', failed('lost', ''))])).toBeNull();
  });
});

describe('the status of a sweep', () => {
  const waiting = (detail: string, count: number, from: number) =>
    Array.from({ length: count }, (_, i) =>
      jobOf('large', from + i, 'sgld', { state: 'waiting', detail }),
    );
  const many = (state: JobRecord['state'], count: number, from: number) =>
    Array.from({ length: count }, (_, i) => jobOf('medium', from + i, 'sgld', { state }));
  const sweep = sweepOf(
    [
      ...many('ok', 58, 0).map((job, i) => ({ ...job, endedAt: NOW - 1000 * 60 * i })),
      ...many('cached', 8, 100),
      ...many('running', 16, 200),
      ...many('collecting', 1, 300),
      ...many('starting', 2, 400),
      ...waiting('Priority', 14, 0),
      ...waiting('Resources', 5, 100),
      ...waiting('QOSMaxJobsPerUserLimit', 3, 200),
      ...many('planned', 8, 500),
      ...many('retrying', 1, 600),
      jobOf('small', 4, 'hmc', failed('lost', '')),
      jobOf('medium', 2, 'hmc', failed('oom', '')),
      jobOf('medium', 6, 'mclmc', failed('diverged', '')),
      ...many('cancelled', 1, 700),
    ],
    { sweepId: '1123-1102-full', plannedAt: at(23, 11, 2) },
  );
  const holder: LockHolder = {
    host: 'login2',
    pid: 48120,
    started: '',
    heartbeat: new Date(NOW).toISOString(),
    epoch: 1,
    token: '',
    socket: null,
    process: { start: '', boot: '', namespace: '' },
  };

  test('has the form of the design', () => {
    const lines = statusText(
      '1123-1102-full',
      sweep,
      { holder, standing: 'living' },
      new Date(NOW),
    );
    expect(lines[0]).toMatch(
      /^1123-1102-full {2}running, 70 of 120, done ~\d\d:\d\d, supervisor pid 48120 on login2$/,
    );
    expect(lines.slice(1)).toEqual([
      '  ok 58  cached 8  running 19  waiting 30  retrying 1  error 3  cancelled 1',
      '  waiting: Priority 14, Resources 5, QOSMaxJobsPerUserLimit 3, planned 8',
      '  error: small s4 hmc lost, medium s2 hmc OOM, medium s6 mclmc diverged',
      '  next: llc retry, llc tui --attach',
    ]);
  });

  test('says what helps where llc retry has no job to run again', () => {
    const jobs = [
      jobOf('medium', 6, 'sgld', failed('diverged', '')),
      jobOf('medium', 6, 'mclmc', failed('config', '')),
    ];
    expect(statusText('s', sweepOf(jobs), null, new Date(NOW)).slice(2)).toEqual([
      '  error: medium s6 sgld diverged, medium s6 mclmc config',
      '  mend: Halve sgld_step_size or raise gamma, in a new sweep. Mend the field, then start a new sweep.',
      '  next: llc tui --attach',
    ]);
  });

  test('tells what it has cost where that is known', () => {
    const jobs = [0.8, 0.45].map((cost, seed) =>
      jobOf('large', seed, 'sgld', { state: 'ok', cost }),
    );
    const lines = statusText('s', sweepOf(jobs), null, new Date(NOW));
    expect(lines).toContain('  cost: $1.25 of what has ended');
  });

  test('says who died and what goes on', () => {
    const [head] = statusText('1123-1102-full', sweep, { holder, standing: 'dead' }, new Date(NOW));
    expect(head).toMatch(
      /70 of 120, its supervisor \(pid 48120 on login2\) died after .*llc attach/,
    );
  });
});
