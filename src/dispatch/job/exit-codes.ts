import type { ErrorType } from './words.ts';

/** How a worker process ends, beside its result; sysexits' numbers where it has one. */
export const EXIT_CODES = {
  ok: 0,
  /** Its result says of what; without a result, its log. */
  failed: 1,
  /** Neither the result nor perhaps the log found space: EX_CANTCREAT. */
  discFull: 73,
  /** The place of the result could not be written now: EX_IOERR. */
  unavailable: 74,
  /** Another worker has said hello for this attempt: EX_TEMPFAIL. */
  taken: 75,
  /** The result may not be written: EX_NOPERM. */
  forbidden: 77,
  /** Told that it will be ended soon, it has left a checkpoint if there was anything to keep; to be started again. */
  checkpointed: 85,
} as const;

const BY_TYPE: Partial<Record<ErrorType, number>> = {
  disk_full: EXIT_CODES.discFull,
  unavailable: EXIT_CODES.unavailable,
  permission: EXIT_CODES.forbidden,
};

/** The code of a worker whose result could not be written, for this reason. */
export function exitCodeOf(errorType: ErrorType): number {
  return BY_TYPE[errorType] ?? EXIT_CODES.failed;
}

/** What such a code says; null where it says nothing of the kind. */
export function errorTypeOfExit(code: number | null): ErrorType | null {
  const found = Object.entries(BY_TYPE).find(([, known]) => known === code);
  return found === undefined ? null : (found[0] as ErrorType);
}
