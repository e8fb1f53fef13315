import { describe, expect, test } from 'vitest';
import { ERROR_TYPES, type ErrorType, type Failure } from '../../../src/dispatch/job/words.ts';
import {
  emptySweep,
  type JobRecord,
  plannedRecord,
} from '../../../src/dispatch/journal/sweep-state.ts';
import { COMMANDS, type CommandName } from '../../../src/screens/console/command-table.ts';
import { nextStep } from '../../../src/screens/sweep/next-step.ts';
import { plannedJob } from '../../fixtures/stand-in-jobs.ts';

const sweep = {
  ...emptySweep(),
  backend: 'modal',
  resources: {
    cpus: 4,
    memoryGb: 16,
    timeoutMin: 180,
    gpuMode: 'vectorized',
    gpuTypes: ['H100'],
  } as const,
};

const keyOf = (command: CommandName): string => COMMANDS[command].keys[0] ?? '';

function job(more: Partial<JobRecord>): JobRecord {
  return { ...plannedRecord(plannedJob('a')), ...more };
}

function failed(errorType: ErrorType, error = 'It failed.', more: Partial<JobRecord> = {}) {
  const failure: Failure = { stage: 'sampling', errorType, error, traceback: '' };
  return nextStep(job({ state: 'error', failures: 1, failure, ...more }), sweep, keyOf);
}

describe('after a failure', () => {
  test('OOM twice: the memory it used, and twice what it had', () => {
    const step = failed('oom', 'The node ended the job: it used 16.0 of 16 GB.', { failures: 2 });
    expect(step).toEqual({
      why: 'OOM twice: used 16.0 of 16 GB.',
      advice: 'Press . to retry with 32 GB',
      command: 'retry mem-gb=32',
    });
  });

  test('what was changed for the job alone is what is doubled', () => {
    const resources = { memoryGb: 32, timeoutMin: 45 };
    expect(failed('oom', 'no', { resources })?.command).toBe('retry mem-gb=64');
    expect(failed('timeout', 'no', { resources })?.command).toBe('retry timeout-min=90');
  });

  test('stalled: what the place lacked is named, and not what a job on the CPU never asked for', () => {
    const text = 'call did not start within 180s (a, attempt 2): the scheduler has not served it.';
    const why = (more: string, resources = {}) =>
      failed('stalled', `${text}${more}`, { resources })?.why;
    expect(why(' The scheduler says: no A100. Ask for less.')).toBe(
      'stalled: no A100 within 3 min.',
    );
    expect(why('', { gpuMode: 'off' })).toBe('stalled: not started within 3 min.');
  });

  test('stalled: two GPU types more', () => {
    const step = failed('stalled', 'call did not start within 180s (a, attempt 1): …');
    expect(step?.why).toBe('stalled: not started within 3 min: no H100.');
    expect(step?.command).toBe('retry gpu-types=H100,A100,L40S');
  });

  test('silent: which of the two clocks ran out', () => {
    expect(failed('silent', 'The job has started, but said no word within 600s (a).')?.why).toBe(
      'silent: no first word 10 min after its start.',
    );
    expect(failed('silent', 'heartbeat stopped: nothing new for 300s (a).')?.why).toBe(
      'silent: heartbeat stopped, limit 5 min.',
    );
  });

  test('diverged: no retry is offered, for the same seed fails the same way', () => {
    const step = failed('diverged', 'was no longer finite from recorded draw 212 on.', {
      sampler: 'mclmc',
    });
    expect(step?.why).toBe('diverged: loss not finite from draw 212.');
    expect(step?.advice).toContain('mclmc_desired_energy_var');
    expect(step?.command).toBeNull();
  });

  test.each(ERROR_TYPES)('%s: a cause and a step, in one line', (errorType) => {
    const step = failed(errorType, 'A first\nsentence. A second one.');
    expect(step?.why).toMatch(/^[^\n]+\.$/);
    expect(step?.advice).toMatch(/^[^\n]+$/);
    if (step?.command !== null) expect(step?.command).toMatch(/^retry( [a-z-]+=\S+)?$/);
  });
});

test('a preempted job is queued again, and that is no fault of the job', () => {
  const failure: Failure = {
    stage: 'sampling',
    errorType: 'preempted',
    error: 'Preempted.',
    traceback: '',
  };
  const dueAt = new Date(2026, 10, 23, 14, 33).getTime();
  expect(nextStep(job({ state: 'retrying', failures: 1, failure, dueAt }), sweep, keyOf)).toEqual({
    why: 'preempted: Preempted.',
    advice: 'Queued again at 14:33; no fault of the job.',
    command: null,
  });
});

test('a doubtful number says what was seen and what to try', () => {
  const outcome = {
    llcMean: 31,
    llcSe: 1,
    ess: 212.9,
    rhat: 1.034,
    tSampling: null,
    workGrad: null,
    wnvTime: null,
    wnvFde: null,
    verdict: 'chains_disagree',
  };
  expect(nextStep(job({ state: 'ok', outcome }), sweep, keyOf)).toEqual({
    why: 'chains disagree: R-hat 1.034, wanted below 1.01.',
    advice: 'Try more draws: raise hmc_draws.',
    command: null,
  });
  const trusted = { ...outcome, verdict: 'converged' };
  expect(nextStep(job({ state: 'ok', outcome: trusted }), sweep, keyOf)).toBeNull();
});

test('a job that the queue holds names who releases it; one that only waits names nothing', () => {
  const handle = { jobId: 'a', attempt: 1, owner: 'o', id: '48213', data: {} };
  expect(nextStep(job({ state: 'waiting', detail: 'JobHeldUser', handle }), sweep, keyOf)).toEqual({
    why: 'The queue holds it: JobHeldUser.',
    advice: 'Release it: scontrol release 48213',
    command: null,
  });
  expect(nextStep(job({ state: 'waiting', detail: 'Priority', handle }), sweep, keyOf)).toBeNull();
});

test('a job that runs needs nothing', () => {
  expect(nextStep(job({ state: 'running' }), sweep, keyOf)).toBeNull();
});

test('keys that were bound anew are those that it names', () => {
  const bound = (command: CommandName) => `<${command}>`;
  const advice = (more: Partial<JobRecord>) => nextStep(job(more), sweep, bound)?.advice;
  const failure = (errorType: ErrorType): Partial<JobRecord> => ({
    state: 'error',
    failure: { stage: 'sampling', errorType, error: 'It failed.', traceback: '' },
  });
  expect(advice(failure('oom'))).toBe('Press <next-step> to retry with 32 GB');
  expect(advice(failure('disk_full'))).toBe('Free some space: <clean>. Then press <next-step>');
  expect(advice({ state: 'waiting', detail: 'PartitionDown' })).toBe(
    'The partition is down. <cancel> cancels it; use another.',
  );
});
