import { expect, test } from 'vitest';
import {
  endedWithoutResult,
  type Remains,
} from '../../../src/backends/local/ended-without-result.ts';
import { EXIT_CODES } from '../../../src/dispatch/job/exit-codes.ts';

const KILLED: Remains = {
  jobId: 'a',
  attempt: 1,
  unreadableResult: false,
  exit: { code: null, signal: 'SIGKILL' },
  rebooted: false,
  stage: 'sampling',
  kernelKilled: false,
  peakBytes: 2 ** 30,
  memoryGb: 4,
  logTail: '',
  logPath: '/jobs/a/stderr.log',
};

test('a kill counts as out of memory only with evidence: the kernel’s word or memory near its limit', () => {
  expect(endedWithoutResult(KILLED)).toMatchObject({ errorType: 'crash', fromOutside: true });
  expect(endedWithoutResult({ ...KILLED, kernelKilled: true }).errorType).toBe('oom');
  const near = endedWithoutResult({ ...KILLED, peakBytes: 3.9 * 2 ** 30 });
  expect(near.errorType).toBe('oom');
  expect(near.error).toContain('3.90 of 4 GB in use');
  expect(near.error).toContain('--mem-gb');
});

test.each([
  ['SIGSEGV', undefined],
  ['SIGABRT', undefined],
  ['SIGTERM', true],
  ['SIGHUP', true],
] as const)('%s: earned from outside is %s', (signal, fromOutside) => {
  const failure = endedWithoutResult({ ...KILLED, exit: { code: null, signal } });
  expect(failure.errorType).toBe('crash');
  expect(failure.fromOutside).toBe(fromOutside);
});

test('an end that nobody saw is lost, and one with its machine a failure of the node', () => {
  expect(endedWithoutResult({ ...KILLED, exit: null }).errorType).toBe('lost');
  expect(endedWithoutResult({ ...KILLED, rebooted: true }).errorType).toBe('node_failure');
});

test.each([
  [EXIT_CODES.discFull, 'disk_full', 'Free space'],
  [EXIT_CODES.forbidden, 'permission', 'Use directories'],
  [EXIT_CODES.unavailable, 'unavailable', 'tried again'],
  [EXIT_CODES.taken, 'lost', 'taken by another worker'],
  [EXIT_CODES.checkpointed, 'crash', 'from its checkpoint'],
])('exit code %d says %s where neither result nor log could', (code, errorType, text) => {
  const failure = endedWithoutResult({ ...KILLED, exit: { code, signal: null } });
  expect(failure.errorType).toBe(errorType);
  expect(failure.error).toContain(text);
  expect(failure.error).toContain('The worker of a (attempt 1)');
});

test('an end that nobody saw is out of memory where the kernel’s count or the log says so', () => {
  const unseen = { ...KILLED, exit: null };
  expect(endedWithoutResult({ ...unseen, kernelKilled: true }).errorType).toBe('oom');
  const logTail = 'FATAL ERROR: JavaScript heap out of memory';
  expect(endedWithoutResult({ ...unseen, logTail }).errorType).toBe('oom');
});

test('says where it was, what its log said last, where the log lies and what to do', () => {
  const { error, traceback } = endedWithoutResult({
    ...KILLED,
    exit: { code: 1, signal: null },
    stage: null,
    logTail: 'first\nlast words',
  });
  expect(error).toBe(
    'The worker of a (attempt 1) ended with exit code 1 before its first word. Its log ends: last words\n' +
      'Log: /jobs/a/stderr.log\nThe full log may say more.',
  );
  expect(traceback).toBe('first\nlast words');
});
