import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvRecord } from '../../../src/dispatch/artifacts/csv.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { sweepTables } from '../../../src/dispatch/artifacts/sweep-csv.ts';
import { harmlessText } from '../../../src/dispatch/job/harmless-text.ts';
import type { Fact } from '../../../src/dispatch/journal/events.ts';
import { replay } from '../../../src/dispatch/journal/replay.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { stamped } from '../journal/arbitrary-events.ts';
import { readCsv, readTable } from './csv-reader.ts';

describe('a record of a table', () => {
  test('quotes what needs it and nothing else', () => {
    expect(csvRecord(['a', 'b,c', 'd "e"', 'f\ng', ' h ', '=1'])).toBe(
      'a,"b,c","d ""e""","f\ng", h ,=1\n',
    );
    expect(csvRecord([1.5, 1e-300, null, Number.NaN])).toBe('1.5,1e-300,,\n');
    expect(csvRecord([true, false])).toBe('TRUE,FALSE\n');
  });

  test('is read back as it was written, whatever is in it', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[",\r\n\tab]{0,8}$/),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1 }), { minLength: 1 }), (rows) => {
        const read = readCsv(rows.map(csvRecord).join(''));
        expect(read).toEqual(
          rows.map((row) =>
            row.map((value) => {
              if (typeof value === 'string') return harmlessText(value);
              if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
              return Number.isFinite(value) ? String(value) : '';
            }),
          ),
        );
        for (const [i, row] of rows.entries())
          for (const [j, value] of row.entries())
            if (typeof value === 'number' && Number.isFinite(value))
              expect(Number(read[i]?.[j])).toBe(value + 0);
      }),
    );
  });
});

const PLAN: Fact = {
  kind: 'sweep_planned',
  sweepId: 's-1',
  token: 't',
  backend: 'local',
  gpuMode: 'off',
  runsDir: 'runs',
  resources: RESOURCES,
  jobs: ['a', 'b', 'c', 'd'].map(plannedJob),
};
const files = sweepLayout('sweeps', 's-1');
const of = (jobId: string) => ({ jobId, attempt: 1, owner: 'o' });
const opened = (jobId: string): Fact => ({ kind: 'attempt_opened', ...of(jobId) });

describe('the tables of a sweep', () => {
  const sweep = replay(
    stamped([
      PLAN,
      ...['a', 'b', 'c'].map(opened),
      {
        kind: 'job_finished',
        ...of('b'),
        outcome: {
          llcMean: 1.25,
          llcSe: 0.5,
          ess: 400,
          rhat: 1.001,
          tSampling: 3.5,
          workGrad: 1e6,
          wnvTime: 0.875,
          wnvFde: null,
          verdict: 'converged',
        },
        durationS: 4,
        usage: { seconds: 4, cpuHours: null, gpuHours: null, cost: 0.02 },
      },
      {
        kind: 'job_failed',
        ...of('c'),
        failure: {
          stage: 'sampling',
          errorType: 'oom',
          error: 'too large, "sorry"',
          traceback: '',
        },
        durationS: 2,
        usage: null,
      },
      { kind: 'job_cancelled', ...of('d'), attempt: 0, usage: null },
    ]),
  );
  const tables = sweepTables(files)(sweep);

  test('have the columns of the contract, in its order', () => {
    expect(tables.results.split('\n', 1)[0]).toBe(
      'sweep,problem,family_id,target_params,depth,activation,sampler,seed,llc_mean,llc_se,ess,' +
        't_sampling,work_grad,wnv_time,wnv_fde,run_dir,run_id,rhat,backend,gpu_mode,attempts,' +
        'duration_s,cost,verdict',
    );
    expect(tables.errors.split('\n', 1)[0]).toBe(
      'run_id,status,stage,error_type,duration_s,error,job_id,problem,sampler,seed,backend,attempts,log',
    );
  });

  test('hold a row for each result and one for each job that ended without', () => {
    expect(readTable(tables.results)).toEqual([
      {
        sweep: 's-1',
        problem: 'p',
        family_id: 'family',
        target_params: '100',
        depth: '1',
        activation: 'relu',
        sampler: 'hmc',
        seed: '1',
        llc_mean: '1.25',
        llc_se: '0.5',
        ess: '400',
        t_sampling: '3.5',
        work_grad: '1000000',
        wnv_time: '0.875',
        wnv_fde: '',
        run_dir: 'runs/run-b',
        run_id: 'run-b',
        rhat: '1.001',
        backend: 'local',
        gpu_mode: 'off',
        attempts: '1',
        duration_s: '4',
        cost: '0.02',
        verdict: 'converged',
      },
    ]);
    expect(readTable(tables.errors)).toMatchObject([
      {
        run_id: 'run-c',
        status: 'error',
        stage: 'sampling',
        error_type: 'oom',
        duration_s: '2',
        error: 'too large, "sorry"',
        job_id: 'c',
        attempts: '1',
        log: 'sweeps/s-1/jobs/c/attempt-1/stdout.log',
      },
      { run_id: 'run-d', status: 'cancelled', error_type: '', attempts: '0', log: '' },
    ]);
  });

  test('have a row a job with stage preflight where the sweep was refused', () => {
    const refused = replay(
      stamped([
        PLAN,
        {
          kind: 'preflight_refused',
          failure: { stage: 'preflight', errorType: 'billing', error: 'no funds', traceback: '' },
          hint: 'top up',
        },
      ]),
    );
    const rows = readTable(sweepTables(files)(refused).errors);
    expect(rows.map(({ job_id }) => job_id)).toEqual(['a', 'b', 'c', 'd']);
    for (const row of rows)
      expect(row).toMatchObject({ stage: 'preflight', error_type: 'billing', error: 'no funds' });
  });
});
