import { expect, test } from 'vitest';
import { LlcError } from '../../../src/dispatch/errors.ts';
import { errorTypeOf, JobFailure } from '../../../src/dispatch/work/job-failure.ts';

const system = (code: string) => Object.assign(new Error(code), { code });

test.each([
  [new JobFailure('diverged', 'all chains'), 'diverged'],
  [new LlcError(78, 'no such target'), 'config'],
  [system('ENOSPC'), 'disk_full'],
  [system('EDQUOT'), 'disk_full'],
  [system('EROFS'), 'permission'],
  [system('ERR_WORKER_OUT_OF_MEMORY'), 'oom'],
  [new RangeError('Array buffer allocation failed'), 'oom'],
  [new RangeError('toFixed() digits argument'), 'internal'],
  [new TypeError('x is not a function'), 'internal'],
  ['a string', 'internal'],
  [undefined, 'internal'],
])('%s means %s', (error, type) => {
  expect(errorTypeOf(error)).toBe(type);
});
