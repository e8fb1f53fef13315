/** What stops a command. Expected trouble of one job is a value instead (`job/words.ts`, `Failure`). */
export class LlcError extends Error {
  /** Exit codes of the contract. */
  readonly code: ExitCode;
  /** What to do next. */
  readonly hint: string;

  constructor(code: ExitCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'LlcError';
    this.code = code;
    this.hint = hint;
  }
}

/** sysexits where it has one: 64 usage, 69 refused, 75 later, 78 configuration; 130 interrupted. */
export type ExitCode = 1 | 64 | 69 | 70 | 75 | 78 | 130;
