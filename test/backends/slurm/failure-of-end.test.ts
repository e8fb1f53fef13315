import { describe, expect, test } from 'vitest';
import type { EndMark } from '../../../src/backends/slurm/end-mark.ts';
import { failureOfEnd, type SlurmRemains } from '../../../src/backends/slurm/failure-of-end.ts';
import { expectFailure } from '../contract/shapes.ts';

const mark = (more: Partial<EndMark>): EndMark => ({
  state: 'ended',
  code: 1,
  cause: '',
  job: '9',
  node: 'c1',
  gpus: '',
  began: 1000,
  ended: 1010,
  ...more,
});
const REMAINS: SlurmRemains = {
  jobId: 'mlp-hmc-3',
  attempt: 2,
  task: '4711_3',
  state: null,
  removed: false,
  reason: '',
  exit: '',
  by: null,
  node: 'c1',
  mark: null,
  timeouts: 0,
  limitMin: 180,
  memoryGb: 16,
  stage: 'sampling',
  logTail: '',
  logPath: '/sweeps/s/jobs/mlp-hmc-3/attempt-2/stderr.log',
};

const CASES: readonly (readonly [string, Partial<SlurmRemains>, string, RegExp])[] = [
  [
    'memory',
    { state: 'OUT_OF_MEMORY', mark: mark({ code: 137 }) },
    'oom',
    /lack of memory, more than its 16 GB, .*--mem-gb/s,
  ],
  [
    'memory, in its own words',
    { mark: mark({ code: 134 }), logTail: 'JavaScript heap out of memory' },
    'oom',
    /ran out of memory/,
  ],
  [
    'the limit',
    { state: 'TIMEOUT', mark: mark({ code: 143, cause: 'terminated' }) },
    'timeout',
    /limit of 180 min .*--timeout-min/s,
  ],
  [
    'the limit for the last time',
    { mark: mark({ code: 85, cause: 'timeout' }), timeouts: 4 },
    'timeout',
    /fourth time, .*--max-retries/,
  ],
  ['a deadline', { state: 'DEADLINE' }, 'timeout', /deadline/],
  ['a node', { state: 'NODE_FAIL' }, 'node_failure', /its node failed.*tried again/s],
  ['a node that did not boot', { state: 'BOOT_FAIL' }, 'node_failure', /made ready/],
  [
    'a launch',
    { state: 'FAILED', exit: '0:53' },
    'unavailable',
    /could not be started by Slurm.*folder/s,
  ],
  [
    'a launch, by its reason',
    { state: 'FAILED', reason: 'JobLaunchFailure' },
    'unavailable',
    /JobLaunchFailure/,
  ],
  [
    'an administrator',
    { state: 'CANCELLED', by: '0' },
    'cancelled_by_site',
    /cancelled by root, not by this sweep.*retry/s,
  ],
  ['a user', { state: 'CANCELLED', by: '1000' }, 'cancelled_by_site', /by the user 1000/],
  [
    'somebody, the queue says no more',
    { removed: true },
    'cancelled_by_site',
    /taken out of the queue/,
  ],
  ['preemption', { state: 'PREEMPTED' }, 'preempted', /made way/],
  [
    'preemption where queueing again is forbidden',
    { mark: mark({ state: 'checkpointed', code: 85, cause: 'preempted' }) },
    'preempted',
    /saved its state.*goes on from there/s,
  ],
  [
    'the limit where queueing again is forbidden',
    { mark: mark({ state: 'checkpointed', code: 85, cause: 'timeout' }) },
    'preempted',
    /at its limit of 180 min.*goes on from there/s,
  ],
  [
    'its own fault',
    { state: 'FAILED', mark: mark({ code: 3 }), logTail: 'TypeError: x' },
    'crash',
    /exit code 3 .*Its log ends: TypeError: x/s,
  ],
  ['a signal', { state: 'FAILED', mark: mark({ code: 139 }) }, 'crash', /SIGSEGV/],
  [
    'a signal of others',
    { state: 'FAILED', mark: mark({ code: 137 }) },
    'crash',
    /SIGKILL.*--mem-gb/s,
  ],
  [
    'nothing that can be used',
    { state: 'COMPLETED', mark: mark({ code: 0 }) },
    'crash',
    /left no result/,
  ],
  ['another worker', { mark: mark({ code: 75 }) }, 'lost', /taken by another worker/],
  ['a result that found no space', { mark: mark({ code: 73 }) }, 'disk_full', /could not write/],
  [
    'a full disc, in its own words',
    { mark: mark({ code: 1 }), logTail: 'ENOSPC: no space' },
    'disk_full',
    /quota full/,
  ],
  [
    'a folder that the node does not see',
    { mark: mark({ code: 66 }) },
    'unavailable',
    /c1: the node does not see/,
  ],
  ['no Node', { mark: mark({ code: 127 }) }, 'config', /--remote-node/],
  ['nobody knows what', {}, 'lost', /gone from Slurm.*tried again/s],
  ['a script that was killed', { state: 'FAILED', exit: '1:0' }, 'crash', /exit code 1:0/],
];

describe('an attempt that left no result has failed of', () => {
  test.each(CASES)('%s', (_, remains, errorType, words) => {
    const failure = failureOfEnd({ ...REMAINS, ...remains });
    expectFailure(failure);
    expect(failure.errorType).toBe(errorType);
    expect(failure.error).toMatch(words);
    expect(failure.error).toMatch(/^mlp-hmc-3 \(attempt 2, Slurm job 4711_3 on c1\) [a-z]/);
    expect(failure.error).toContain(`\nLog: ${REMAINS.logPath}\n`);
    expect(failure.error.split('\n')).toHaveLength(3);
    expect(failure.stage).toBe('sampling');
  });
});
