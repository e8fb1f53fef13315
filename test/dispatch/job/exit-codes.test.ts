import { expect, test } from 'vitest';
import { EXIT_CODES, errorTypeOfExit, exitCodeOf } from '../../../src/dispatch/job/exit-codes.ts';
import { errorTypeOfSystemError } from '../../../src/dispatch/job/failure.ts';

test.each([
  ['ENOSPC', EXIT_CODES.discFull, 'disk_full'],
  ['EDQUOT', EXIT_CODES.discFull, 'disk_full'],
  ['EROFS', EXIT_CODES.forbidden, 'permission'],
  ['EACCES', EXIT_CODES.forbidden, 'permission'],
  ['ESTALE', EXIT_CODES.unavailable, 'unavailable'],
])(
  'a result that %s keeps from being written ends with %d, read as %s',
  (code, exit, errorType) => {
    const told = errorTypeOfSystemError(Object.assign(new Error(), { code }));
    expect(exitCodeOf(told)).toBe(exit);
    expect(errorTypeOfExit(exit)).toBe(errorType);
  },
);

test('any other code says nothing of the kind', () => {
  expect(exitCodeOf('internal')).toBe(EXIT_CODES.failed);
  for (const code of [null, EXIT_CODES.ok, EXIT_CODES.failed, EXIT_CODES.taken, 137])
    expect(errorTypeOfExit(code)).toBe(null);
});
