import { harmlessText } from './harmless-text.ts';
import type { Failure } from './words.ts';

/** The contract's lengths. */
const ERROR_LIMIT = 2000;
const TRACEBACK_LIMIT = 4000;

/** The same failure with text that a terminal and a table can bear, no longer than the contract allows. */
export function tidyFailure(failure: Failure): Failure {
  return {
    ...failure,
    error: harmlessText(failure.error, ERROR_LIMIT),
    traceback: harmlessText(failure.traceback, TRACEBACK_LIMIT),
  };
}

/** What a failed system call means for a job: a full disc, a missing right, or a place that may recover. */
export function errorTypeOfSystemError(error: unknown): Failure['errorType'] {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'disk_full';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission';
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
    case 'EIO':
    case 'ESTALE':
    case 'ETIMEDOUT':
      return 'unavailable';
    default:
      return 'internal';
  }
}
