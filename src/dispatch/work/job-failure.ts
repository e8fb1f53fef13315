import { LlcError } from '../errors.ts';
import { errorTypeOfSystemError } from '../job/failure.ts';
import type { ErrorType } from '../job/words.ts';

/** Expected trouble of a job that a worker knows the name of. */
export class JobFailure extends Error {
  readonly errorType: ErrorType;

  constructor(errorType: ErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JobFailure';
    this.errorType = errorType;
  }
}

/** What a thrown thing means for the job; what nobody foresaw is a bug and `internal`. */
export function errorTypeOf(error: unknown): ErrorType {
  if (error instanceof JobFailure) return error.errorType;
  if (error instanceof LlcError) return error.code === 78 ? 'config' : 'internal';
  if (isOutOfMemory(error)) return 'oom';
  return errorTypeOfSystemError(error);
}

function isOutOfMemory(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ENOMEM') return true;
  return (
    error instanceof RangeError &&
    /array buffer allocation failed|invalid (typed )?array length|out of memory/i.test(message)
  );
}
